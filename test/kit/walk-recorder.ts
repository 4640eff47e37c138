/** Records which source files are on the stack whenever a frame is written or read, so that a test can list what a message passes. */
import { createMemoryPair } from '../../src/wire/transport/memory-pair.js'

const SOURCE = /\/src\/([\w/-]+\.ts)/
/** The pair in memory stands for a socket. */
const SOCKET = 'wire/transport/memory-pair.ts'
const MAX_FRAMES = 200

/** Whether the stack counts, by what was sent, parsed or written, and by which of these. */
type IsMeant = (frame: unknown, how: string) => boolean

export class WalkRecorder implements Disposable {
  readonly #files = new Set<string>()
  readonly #undo: (() => void)[] = []
  #isMeant: IsMeant | undefined

  constructor() {
    const end = Object.getPrototypeOf(createMemoryPair().left) as { send(frame: string | Uint8Array): void }
    this.#wrap(end, 'send')
    this.#wrap(JSON, 'parse')
    this.#wrap(JSON, 'stringify')
  }

  /** The files that work passes, of those frames and texts alone that are meant. */
  async record(work: () => Promise<unknown>, isMeant: IsMeant = () => true): Promise<ReadonlySet<string>> {
    this.#files.clear()
    this.#isMeant = isMeant
    try {
      await work()
    } finally {
      this.#isMeant = undefined
    }
    return new Set(this.#files)
  }

  /** Notes the stack as it is now. */
  note(): void {
    if (this.#isMeant === undefined) return
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = MAX_FRAMES
    const { stack = '' } = new Error()
    Error.stackTraceLimit = limit
    for (const line of stack.split('\n')) {
      const [, file] = SOURCE.exec(line) ?? []
      if (file !== undefined && file !== SOCKET) this.#files.add(file)
    }
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo()
  }

  #wrap<Name extends string>(owner: Record<Name, (...args: never[]) => unknown>, name: Name): void {
    const original = owner[name]
    const noting = (frame: unknown): void => {
      if (this.#isMeant?.(frame, name) === true) this.note()
    }
    owner[name] = function (this: unknown, ...args: never[]) {
      noting(args[0])
      return original.apply(this, args)
    }
    this.#undo.push(() => {
      owner[name] = original
    })
  }
}
