/** A measured process: started from the compiled files, controlled over IPC, and ended by the suite. */
import { fork, type ChildProcess } from 'node:child_process'
import { compiled } from './compile.js'
import { profilerFlags } from './profiler-flags.js'

interface Reply {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

export class MeasuredProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #lastId = 0

  private constructor(child: ChildProcess, name: string) {
    this.#child = child
    child.on('message', ({ id, value, error }: Reply) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(value)
      else waiting?.reject(new Error(`${name}: ${error}`))
    })
    child.once('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${name} ended (${code ?? signal ?? ''})`))
      this.#waiting.clear()
    })
  }

  /** Starts a file of `processes/` with the package of a checkout, this one by default. Resolves once it is ready. */
  static async start(name: string, args: readonly string[] = [], root?: string): Promise<MeasuredProcess> {
    const child = fork(compiled(name, root), [...args], {
      execArgv: ['--expose-gc', ...profilerFlags([name, ...args])],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('exit', (code) => reject(new Error(`${name} ended before it was ready (${code ?? 'signal'})`)))
    })
    return new MeasuredProcess(child, [name, ...args].join(' '))
  }

  /** Makes the process perform a command and returns its result. */
  tell<T = unknown>(name: string, argument?: unknown): Promise<T> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      // The result was sent as JSON; its type is declared in the file of the command.
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child.send({ id, name, argument })
    })
  }

  cpuMs(): Promise<number> {
    return this.tell('cpuMs')
  }

  heapBytes(): Promise<number> {
    return this.tell('heapBytes')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.disconnect()
    await ended
  }
}
