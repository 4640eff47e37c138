/**
 * Starts child processes, reads their output and ends them with the test. Every wait has a time limit.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { Changes } from './waiting.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LIMIT_MS = 20_000

export interface ChildOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class Child {
  readonly process: ChildProcess
  readonly ended: Promise<Ending>
  stdout = ''
  stderr = ''
  readonly #changes = new Changes()

  constructor(command: string, args: readonly string[], { cwd = ROOT, env = {}, input }: ChildOptions = {}) {
    const { VITEST: _, NODE_OPTIONS: __, ...inherited } = process.env
    const child = spawn(command, args, { cwd, env: { ...inherited, ...env }, stdio: 'pipe' })
    this.process = child
    const changed = (): void => this.#changes.changed()
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      changed()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      changed()
    })
    child.stdin.on('error', () => undefined)
    if (input !== undefined) child.stdin.end(input)
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        resolve({ code, signal })
        changed()
      })
    })
    this.ended.catch(() => undefined)
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await this.ended
    })
  }

  get output(): string {
    return `${this.stdout}${this.stderr}`
  }

  /** Resolves with the match once the output fits. */
  async says(pattern: RegExp, limitMs = LIMIT_MS): Promise<RegExpExecArray> {
    const found = (): RegExpExecArray | null => pattern.exec(this.output)
    if (found() === null) await this.#until(() => found() !== null || this.#isOver, limitMs, `say ${String(pattern)}`)
    const match = found()
    if (match === null) throw new Error(`The process ended without saying ${String(pattern)}:\n${this.output}`)
    return match
  }

  /** Resolves with how it ended. */
  async exit(limitMs = LIMIT_MS, what = 'end'): Promise<Ending> {
    await this.#until(() => this.#isOver, limitMs, what)
    return this.ended
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGINT', limitMs = LIMIT_MS): Promise<Ending> {
    this.process.kill(signal)
    return this.exit(limitMs, `end after ${signal}`)
  }

  get #isOver(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null
  }

  #until(holds: () => boolean, limitMs: number, what: string): Promise<void> {
    const missing = (): string => `The process did not ${what}. Its output: ${this.output}`
    return this.#changes.until(holds, missing, limitMs)
  }
}

/** Runs a TypeScript file with the sources of the package. */
export function runScript(file: string, args: readonly string[] = [], options: ChildOptions = {}): Child {
  return new Child(process.execPath, ['--import', 'tsx', file, ...args], options)
}
