/**
 * One WebSocket of a scenario: what has arrived and is not yet read, and how the socket ended. Waiting looks again at
 * every event and gives up after a limit; nothing here knows what a frame should look like.
 */
import type { RawData, WebSocket } from 'ws'
import { isRecord } from '../../src/wire/protocol/validate.js'

export type Message =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'text'; readonly text: string; readonly json: unknown }

/**
 * Milliseconds between a call's arrival and its answer. No worker is quicker, and an engine may still be noting the call
 * down when an answer comes back in the same instant.
 */
export const ANSWER_DELAY_MS = 5

export class Peer {
  readonly name: string
  readonly socket: WebSocket
  /** Arrived and not yet taken, oldest first. */
  readonly unread: Message[] = []
  readonly pongs: string[] = []
  /** Set once the socket has ended. */
  closed: { readonly code: number } | undefined
  readonly #autoAnswers = new Map<string, object>()
  readonly #waiting = new Set<() => void>()

  constructor(name: string, socket: WebSocket) {
    this.name = name
    this.socket = socket
    socket.on('message', (data, isBinary) => this.#receive(bufferOf(data), isBinary))
    socket.on('pong', (data) => {
      this.pongs.push(data.toString('utf8'))
      this.#wake()
    })
    socket.on('close', (code) => {
      this.closed = { code }
      this.#wake()
    })
    // A broken socket also closes, and that is what scenarios look at.
    socket.on('error', () => {})
  }

  /** Writes one frame as JSON text. */
  write(frame: unknown): void {
    this.socket.send(JSON.stringify(frame))
  }

  /** From now on answers calls for a function; they are not put among the unread. */
  answerAlways(functionId: string, reply: object): void {
    this.#autoAnswers.set(functionId, reply)
  }

  /** Looks now and at every event until there is something; `undefined` after the limit. */
  waitFor<T>(look: () => T | undefined, limitMs: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const finish = (found: T | undefined): void => {
        clearTimeout(timer)
        this.#waiting.delete(lookAgain)
        resolve(found)
      }
      const lookAgain = (): void => {
        const found = look()
        if (found !== undefined) finish(found)
      }
      const timer = setTimeout(() => finish(undefined), limitMs)
      this.#waiting.add(lookAgain)
      lookAgain()
    })
  }

  /** Takes the first unread message that is wanted. */
  take(isWanted: (message: Message) => boolean, limitMs: number): Promise<Message | undefined> {
    return this.waitFor(() => {
      const index = this.unread.findIndex(isWanted)
      return index < 0 ? undefined : this.unread.splice(index, 1)[0]
    }, limitMs)
  }

  /** Sends a close frame, and destroys the socket when the other side does not answer in time. */
  async end(limitMs: number): Promise<void> {
    if (this.closed !== undefined) return
    this.socket.resume()
    this.socket.close()
    if ((await this.waitFor(() => this.closed, limitMs)) === undefined) this.socket.terminate()
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    const message: Message = isBinary ? { kind: 'bytes', bytes } : textMessage(bytes.toString('utf8'))
    if (message.kind === 'text' && this.#answeredByItself(message.json)) return
    this.unread.push(message)
    this.#wake()
  }

  #answeredByItself(frame: unknown): boolean {
    if (!isRecord(frame) || frame['type'] !== 'invokefunction') return false
    const { invocation_id, function_id } = frame
    const reply = typeof function_id === 'string' ? this.#autoAnswers.get(function_id) : undefined
    if (reply === undefined) return false
    if (typeof invocation_id === 'string') {
      setTimeout(() => {
        if (this.closed === undefined) this.write({ type: 'invocationresult', invocation_id, function_id, ...reply })
      }, ANSWER_DELAY_MS)
    }
    return true
  }

  #wake(): void {
    for (const lookAgain of [...this.#waiting]) lookAgain()
  }
}

/** Text that is not JSON has `undefined` for its JSON: no pattern takes it for a frame. */
function textMessage(text: string): Message {
  try {
    return { kind: 'text', text, json: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'text', text, json: undefined }
  }
}

function bufferOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
