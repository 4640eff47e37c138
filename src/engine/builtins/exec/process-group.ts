/** Runs a command of a shell with its children, and ends all of them. */
import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Clock } from '../../../std/time/clock.js'
import { deferred } from '../../../std/async/deferred.js'
import { TimeLimit } from '../../../std/time/time-limit.js'

/** Time limit for the processes to end after SIGTERM. */
const END_MS = 4_000

export class ProcessGroup {
  /** Resolves when the command has ended, with a description; `undefined` for exit code 0. */
  readonly ended: Promise<string | undefined>
  /** Resolves when its children have ended, too. */
  readonly #gone: Promise<void>
  readonly #child: ChildProcess
  readonly #clock: Clock

  constructor(command: string, env: NodeJS.ProcessEnv, clock: Clock) {
    this.#clock = clock
    // A group of its own, so that children of the shell end with it. All of them inherit the pipe, which closes with the
    // last one; ids of processes do not show that, as an ended child of an ended shell may stay listed.
    const stdio = ['ignore', 'inherit', 'inherit', 'pipe'] as const
    this.#child = spawn(command, { shell: true, detached: true, stdio: [...stdio], env })
    const { promise, resolve } = deferred<string | undefined>()
    this.ended = promise
    this.#child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    this.#child.once('exit', (code, signal) => {
      const how = code === null ? `was ended by ${String(signal)}` : `ended with code ${String(code)}`
      resolve(code === 0 ? undefined : how)
    })
    // The fourth entry above is a pipe that this process reads.
    const pipe = this.#child.stdio[3] as Readable
    const gone = deferred<void>()
    this.#gone = gone.promise
    pipe.once('close', gone.resolve).on('error', gone.resolve).resume()
  }

  /** Asks all processes to end, and kills those that are left after 4 s. */
  async end(): Promise<void> {
    this.#signal('SIGTERM')
    await new TimeLimit(this.#clock, END_MS).wait(this.#gone)
    this.kill()
    await this.ended
  }

  /** Kills all processes at once. */
  kill(): void {
    this.#signal('SIGKILL')
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // No process is left, or the system has no process groups.
      this.#child.kill(signal)
    }
  }
}
