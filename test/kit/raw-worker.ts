/** A worker that the test plays frame by frame over any dial. It sends exactly what the test writes. */
import { randomUUID } from 'node:crypto'
import type { Closed, Dial, Transport } from '../../src/wire/transport/transport.js'

export type Frame = Readonly<Record<string, unknown>>

export class RawWorker {
  /** Frames that came and were not taken yet. */
  readonly frames: Frame[] = []
  /** Every text that came, in order. */
  readonly texts: string[] = []
  closed: Closed | undefined
  readonly transport: Transport
  #id = ''
  #token = ''

  constructor(dial: Dial, url = 'memory://engine/', headers: Readonly<Record<string, string>> = {}) {
    this.transport = dial(
      url,
      { headers: () => headers },
      {
        open: () => undefined,
        text: (text) => this.#took(text),
        binary: () => undefined,
        activity: () => undefined,
        drained: () => undefined,
        close: (closed) => {
          this.closed = closed
        },
      },
    )
  }

  /** The id in `workerregistered`. */
  get id(): string {
    return this.#id
  }

  get token(): string {
    return this.#token
  }

  send(...frames: readonly (Frame | string | Uint8Array)[]): void {
    for (const frame of frames) {
      this.transport.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame))
    }
  }

  /** Announces itself without waiting for the answer. */
  announce(announcement: Frame = {}): void {
    this.send({
      type: 'invokefunction',
      function_id: 'engine::workers::register',
      action: { type: 'void' },
      data: { runtime: 'node', pid: 1, ...announcement },
    })
  }

  register(...ids: readonly string[]): void {
    for (const id of ids) this.send({ type: 'registerfunction', id })
  }

  /** Registers a trigger of `engine::workers-available`, as a worker does that waits for a function. */
  listenForWorkers(): void {
    const trigger = { id: `news-of-${this.id}`, trigger_type: 'engine::workers-available', config: {} }
    this.send({ type: 'registertrigger', ...trigger, function_id: `news-of-${this.id}` })
  }

  /** Sends a call and answers with its id. */
  invoke(functionId: string, data: unknown = {}, extra: Frame = {}): string {
    const invocationId = (extra['invocation_id'] as string | undefined) ?? randomUUID()
    this.send({ type: 'invokefunction', invocation_id: invocationId, function_id: functionId, data, ...extra })
    return invocationId
  }

  /** Answers a call that was taken. */
  answer(call: Frame, outcome: Frame = {}): void {
    const { invocation_id, function_id } = call
    this.send({ type: 'invocationresult', invocation_id, function_id, ...outcome })
  }

  /** Takes the first frame of a type, and of the given members. */
  take(type: string, members: Frame = {}): Frame {
    const found = this.peek(type, members)
    if (found === undefined) {
      throw new Error(`no ${type} ${JSON.stringify(members)} among ${JSON.stringify(this.frames).slice(0, 500)}`)
    }
    this.frames.splice(this.frames.indexOf(found), 1)
    return found
  }

  peek(type: string, members: Frame = {}): Frame | undefined {
    return this.frames.find(
      (frame) => frame['type'] === type && Object.entries(members).every(([key, value]) => frame[key] === value),
    )
  }

  #took(text: string): void {
    this.texts.push(text)
    const frame = JSON.parse(text) as Frame
    if (frame['type'] === 'workerregistered') {
      this.#id = frame['worker_id'] as string
      this.#token = frame['reattach_token'] as string
    } else this.frames.push(frame)
  }
}
