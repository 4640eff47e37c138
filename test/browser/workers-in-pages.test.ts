/** `iii-node/browser` in Chromium against the local engine, through cuts of the link and of the stream port. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Page } from 'playwright-core'
import { registerWorker, streamClient, type III } from '../../src/index.js'
import { createTestEngine, type TestEngine } from '../../src/entry/testing.js'
import { bundlePage } from '../kit/page-bundle.js'
import { tcpProxy } from '../kit/tcp-proxy.js'
import { startBrowser, type TestBrowser } from './browser.js'

let browser: TestBrowser
let script: string
let engine: TestEngine
let worker: III
let page: Page

beforeAll(async () => {
  ;[browser, script] = [await startBrowser(), await bundlePage()]
}, 60_000)
afterAll(() => browser.close())

beforeEach(async () => {
  engine = await createTestEngine({
    rbac: { auth_function_id: 'access::auth', expose_functions: ['match("shop::*")'] },
  })
  worker = registerWorker(engine.url, { otel: { enabled: false } })
  page = await browser.open('localhost')
  await page.addScriptTag({ content: `${script};globalThis.fast = { initialDelayMs: 5, maxDelayMs: 20 }` })
})
afterEach(async () => {
  await page.close()
  await worker.shutdown()
  await engine.close()
})

/** Runs code in the page. */
function run(code: string): Promise<unknown> {
  return page.evaluate(`(async () => { ${code} })()`)
}

/** The address of a proxy in front of a port, and what cuts its connections. */
async function cuttable(url: string): Promise<{ url: string; cut: () => void }> {
  const proxy = await tcpProxy(Number(new URL(url).port))
  onTestFinished(() => proxy.stop())
  const cut = (): void => {
    for (const socket of proxy.sockets) socket.destroy()
  }
  return { url: `ws://127.0.0.1:${String(proxy.port)}`, cut }
}

test('a page and a worker call each other, before and after a cut', async () => {
  worker.registerFunction('double', ({ n }: { n: number }) => 2 * n)
  await worker.ready()
  const link = await cuttable(engine.url)
  await run(`
    globalThis.worker = iii.registerWorker('${link.url}', { reconnectionConfig: fast })
    worker.registerFunction('confirm', ({ text }) => text + ' from ' + location.hostname)
    await worker.ready()`)
  expect(await run(`return worker.trigger({ function_id: 'double', payload: { n: 21 } })`)).toBe(42)
  expect(await worker.trigger({ function_id: 'confirm', payload: { text: 'yes' } })).toBe('yes from localhost')
  link.cut()
  await run(`
    while (worker.getConnectionState() === 'connected') await new Promise((resolve) => setTimeout(resolve, 1))
    await worker.ready()`)
  expect(await worker.trigger({ function_id: 'confirm', payload: { text: 'again' } })).toBe('again from localhost')
  expect(await run(`return worker.trigger({ function_id: 'double', payload: { n: 4 } })`)).toBe(8)
  await run('await worker.shutdown()')
})

test('channels carry bytes both ways, and a large one is not cut off', async () => {
  worker.registerFunction('reverse', async ({ input, output }: Record<'input' | 'output', never>) => {
    const [reader, writer] = [input as NodeReader, output as NodeWriter]
    const bytes = await reader.readAll()
    await writer.pipeFrom([bytes.reverse()])
  })
  await worker.ready()
  const answer = await run(`
    const worker = iii.registerWorker('${engine.url}')
    const [up, down] = [await worker.channels.create(), await worker.channels.create()]
    const call = worker.trigger({ function_id: 'reverse', payload: { input: up.readerRef, output: down.writerRef } })
    const sent = new Uint8Array(12_000_000).map((_, index) => index % 251)
    const sending = new Blob([sent]).stream().pipeTo(up.writer.toWeb())
    const received = new Uint8Array(await new Response(down.reader.toWeb()).arrayBuffer())
    await Promise.all([call, sending])
    await worker.shutdown()
    return { length: received.length, isEqual: received.reverse().every((byte, index) => byte === sent[index]) }`)
  expect(answer).toEqual({ length: 12_000_000, isEqual: true })
})

test('a page enters a guarded listener with its ticket, and calls what is exposed alone', async () => {
  worker.registerFunction('access::auth', ({ query_params }: { query_params: Record<string, string[]> }) => {
    if (query_params['ticket']?.[0] !== 'good') throw new Error('unknown ticket')
    return { allowed_functions: [] }
  })
  worker.registerFunction('shop::hours', () => '9 to 17')
  worker.registerFunction('secret', () => 's3cr3t')
  await worker.ready()
  const answers = await run(`
    const worker = iii.registerWorker('${engine.guardedUrl!}', { ticket: async () => 'good' })
    const codeOf = (error) => error instanceof iii.InvocationError && error.code
    return [
      await worker.trigger({ function_id: 'shop::hours', payload: {} }),
      await worker.trigger({ function_id: 'secret', payload: {} }).catch(codeOf),
    ]`)
  expect(answers).toEqual(['9 to 17', 'FORBIDDEN'])
})

test('a follower receives the content again after a cut of the stream port', async () => {
  await worker.ready()
  const port = await cuttable(engine.streamUrl!)
  const chat = streamClient<string>(worker, 'chat')
  await chat.set({ group_id: 'tea', item_id: 'm1', data: 'one' })
  await run(`
    globalThis.updates = iii.followStream('${port.url}', { stream: 'chat', group: 'tea', reconnectionConfig: fast })
    globalThis.loop = updates[Symbol.asyncIterator]()`)
  const next = (): Promise<unknown> => run('return (await loop.next()).value')
  expect(await next()).toMatchObject({ type: 'sync', data: ['one'] })
  await chat.set({ group_id: 'tea', item_id: 'm2', data: 'two' })
  expect(await next()).toMatchObject({ type: 'create', id: 'm2', data: 'two' })
  port.cut()
  await chat.set({ group_id: 'tea', item_id: 'm3', data: 'three' })
  expect(await next()).toMatchObject({ type: 'sync', data: ['one', 'two', 'three'] })
  await run('await updates.close()')
})

interface NodeReader {
  readAll(): Promise<Buffer>
}
interface NodeWriter {
  pipeFrom(source: Iterable<Uint8Array>): Promise<void>
}
