/** Chromium with pages of several origins, all served by this process: every name leads to 127.0.0.1. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium, type Page } from 'playwright-core'

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** What a page can try. Runs in the browser, so it is text here. */
const SCRIPT = `
window.connect = (url) => new Promise((resolve) => {
  const socket = new WebSocket(url)
  socket.onopen = () => { resolve('open'); socket.close() }
  socket.onerror = () => resolve('refused')
})
window.converse = (url, calls) => new Promise((resolve) => {
  const socket = new WebSocket(url)
  const results = []
  const next = () => {
    if (results.length < calls.length) socket.send(JSON.stringify(calls[results.length]))
    else socket.close(), resolve(results)
  }
  socket.onopen = next
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data)
    if (message.type !== 'invocationresult') return
    results.push(message)
    next()
  }
  socket.onerror = () => resolve('refused')
})
window.post = async (url, type, body) => {
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
    return await response.json()
  } catch {
    return 'unreadable'
  }
}
window.fromSandbox = (url) => new Promise((resolve) => {
  window.onmessage = ({ data }) => resolve(data)
  const frame = document.createElement('iframe')
  frame.sandbox = 'allow-scripts'
  frame.srcdoc = '<script>const socket = new WebSocket(' + JSON.stringify(url) + ');' +
    "socket.onopen = () => parent.postMessage('open', '*'); socket.onerror = () => parent.postMessage('refused', '*')" +
    '</' + 'script>'
  document.body.append(frame)
})
window.submit = (url, body) => new Promise((resolve) => {
  const frame = document.createElement('iframe')
  frame.name = 'answer'
  document.body.append(frame)
  const form = document.createElement('form')
  Object.assign(form, { action: url, method: 'post', enctype: 'text/plain', target: 'answer' })
  const field = document.createElement('input')
  field.name = body
  form.append(field)
  document.body.append(form)
  frame.onload = () => resolve('submitted')
  form.submit()
})
`

export interface TestBrowser {
  /** Opens the page under a host name, such as `evil.example`. */
  open(host: string): Promise<Page>
  close(): Promise<void>
}

/** Starts the browser and the server of its pages. */
export async function startBrowser(): Promise<TestBrowser> {
  const server = createServer((request, response) => {
    const type = request.url === '/page.js' ? 'text/javascript' : 'text/html'
    const text = request.url === '/page.js' ? SCRIPT : '<!doctype html><body><script src="/page.js"></script>'
    response.writeHead(200, { 'content-type': type }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--host-resolver-rules=MAP *.example 127.0.0.1'],
  })
  return {
    async open(host) {
      const page = await browser.newPage()
      await page.goto(`http://${host}:${String(port)}/`)
      return page
    },
    async close() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
