/**
 * Runs an engine and a well-behaved caller in separate processes, on real sockets, while a costly client loads the
 * engine. Measures how long the caller received no answer, and how much the engine's memory grew.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Child } from '../../kit/child.js'
import { runChild } from '../../kit/compiled-project.js'

/** Under the limit for one frame. */
const FRAGMENT_BYTES = 15 * 1024 * 1024

const child = (name: string, ...args: string[]): Child => runChild(name, args)

/** A client that reads only the id of each answer and keeps nothing else. */
class CostlyClient {
  readonly #socket: WebSocket
  readonly #waiting = new Map<string, (frame: string) => void>()
  #next = 1
  /** Takes the text of each call that comes. */
  onCall: (frame: string) => void = () => undefined

  constructor(url: string) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 512 * 1024 * 1024 })
    this.#socket.on('error', () => undefined)
    this.#socket.on('message', (data: Buffer) => {
      const frame = data.toString()
      const id = /"invocation_id":"([^"]+)"/.exec(frame.slice(0, 300))?.[1] ?? ''
      if (frame.startsWith('{"type":"invokefunction"')) this.onCall(frame)
      this.#waiting.get(id)?.(frame)
      this.#waiting.delete(id)
    })
    onTestFinished(() => this.#socket.terminate())
  }

  async open(): Promise<this> {
    await new Promise((resolve, reject) => this.#socket.once('open', resolve).once('error', reject))
    return this
  }

  send(text: string): void {
    const bytes = Buffer.from(text)
    for (let from = 0; from < bytes.length; from += FRAGMENT_BYTES) {
      const fin = from + FRAGMENT_BYTES >= bytes.length
      this.#socket.send(bytes.subarray(from, from + FRAGMENT_BYTES), { fin, binary: false })
    }
  }

  /** Calls a function without waiting for an answer. */
  tell(functionId: string, data: string): void {
    this.send(`{"type":"invokefunction","function_id":"${functionId}","action":{"type":"void"},"data":${data}}`)
  }

  /** Calls a function with a payload that is text already; resolves with the text of the answer. */
  call(functionId: string, data: string, action = ''): Promise<string> {
    const id = `00000000-0000-4000-8000-${String(this.#next++).padStart(12, '0')}`
    const answered = new Promise<string>((resolve) => this.#waiting.set(id, resolve))
    const head = `"invocation_id":"${id}","function_id":"${functionId}"${action}`
    this.send(`{"type":"invokefunction",${head},"data":${data}}`)
    return answered
  }

  answer(frame: string, result: string): void {
    const id = /"invocation_id":"([^"]+)"/.exec(frame.slice(0, 300))?.[1] ?? ''
    this.send(`{"type":"invocationresult","invocation_id":"${id}","function_id":"f","result":${result}}`)
  }
}

/** The error code in an answer, or `fine`. */
export function codeIn(answer: string): string {
  return /"error":\{"code":"([^"]+)"/.exec(answer)?.[1] ?? 'fine'
}

export async function costlyRig() {
  const engine = child('costly-engine')
  const [line] = await engine.says(/\{"url".*\}/)
  const { url, httpUrl } = JSON.parse(line) as { readonly url: string; readonly httpUrl: string }
  const steady = child('steady-caller', url)
  await steady.says(/calling/)
  const memory = (name: 'VmRSS' | 'VmHWM'): number => {
    const status = readFileSync(`/proc/${String(engine.process.pid)}/status`, 'utf8')
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1024
  }
  const startBytes = memory('VmRSS')
  let asked = 0
  return {
    client: () => new CostlyClient(url).open(),
    /**
     * Does something, and gives the longest time for which the steady caller got no answer meanwhile; or, where that was
     * due to other work on the machine, the engine's longest tick.
     */
    async stallDuring(work: () => Promise<unknown>): Promise<number> {
      const report = async (): Promise<number> => {
        asked += 1
        return Math.min(...(await Promise.all([steady, engine].map((process) => stallOf(process, asked)))))
      }
      await report()
      await work()
      return report()
    },
    /** Growth of the engine's memory at its peak, above the start. */
    grownBytes: () => memory('VmHWM') - startBytes,
    post: (path: string, body: Buffer): Promise<number> => post(`${httpUrl}${path}`, body),
  }
}

/** What a process says for the n-th line on its input. */
async function stallOf(child: Child, nth: number): Promise<number> {
  child.process.stdin?.write('\n')
  await child.says(new RegExp(`(?:stalled [^]*){${String(nth)}}`))
  return Number([...child.stdout.matchAll(/stalled (\S+)/g)].at(-1)?.[1])
}

/** The status of the answer; the body is not sent on once it has come. */
function post(url: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
      sent.destroy()
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
