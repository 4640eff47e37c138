/**
 * Records all output of a client and an engine while a test runs: diagnostics, console, process warnings, the engine's
 * log, exported telemetry, counters, and the errors that callers receive. Tests search it for secrets.
 */
import { inspect } from 'node:util'
import { onTestFinished, vi } from 'vitest'
import type { DiagnosticEvent, III } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'
import type { Log } from '../../src/std/log.js'
import type { TestEngine } from '../../src/testing/test-engine.js'
import type { TestEngineOptions } from '../../src/testing/test-engine-options.js'

export const CANARY = 'canary-5f1e9c'

/** Encodings of the canary in headers and addresses. */
export const CANARY_FORMS = [CANARY, encode(CANARY), encode(`user:${CANARY}`), encode(`:${CANARY}`)]

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

export class OutputRecorder {
  readonly diagnostics: DiagnosticEvent[] = []
  readonly #printed: unknown[] = []
  readonly #logged: unknown[] = []
  readonly #errors: unknown[] = []
  readonly #workers: III[] = []
  readonly #engines: TestEngine[] = []

  constructor() {
    for (const level of ['debug', 'info', 'log', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((...line) => void this.#printed.push(line))
    }
    const warned = (warning: Error): void => void this.#printed.push(warning)
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
  }

  readonly onEvent = (event: DiagnosticEvent): void => {
    this.diagnostics.push(event)
  }

  get log(): Log {
    const line =
      (level: string) =>
      (...rest: unknown[]): void =>
        void this.#logged.push([level, ...rest])
    return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  }

  /** Whether an engine has logged a sentence with this part. */
  logged(part: string): boolean {
    return this.#logged.some((line) => inDepth(line).includes(part))
  }

  async engine(options: TestEngineOptions = {}): Promise<TestEngine> {
    const engine = await createTestEngine({ log: this.log, ...options })
    onTestFinished(() => engine.close())
    this.#engines.push(engine)
    return engine
  }

  /** Listens to a worker's counters, too, and ends it with the test. */
  worker<T extends III>(worker: T): T {
    onTestFinished(() => worker.shutdown())
    this.#workers.push(worker)
    return worker
  }

  /** What a promise or a function fails with; a success is no news. */
  async fails(attempt: () => unknown): Promise<void> {
    try {
      await attempt()
    } catch (error) {
      this.#errors.push(error)
    }
  }

  get errors(): readonly unknown[] {
    return this.#errors
  }

  /** Everything said so far, as one text. */
  async output(): Promise<string> {
    for (const { telemetry } of this.#workers) await telemetry.flush()
    const engines = await Promise.all(this.#engines.map(outputOf))
    const workers = this.#workers.map((worker) => [worker, worker.stats(), JSON.stringify(worker)])
    const received = [this.diagnostics, this.#printed, this.#logged, this.#errors, workers, engines]
    return received.map(inDepth).join('\n')
  }
}

async function outputOf(engine: TestEngine): Promise<unknown> {
  const kept = ['engine::traces::list', 'engine::logs::list', 'engine::metrics::list', 'engine::workers::list']
  const lists = await Promise.all(kept.map((id) => engine.call(id, { search_all_spans: true }).catch(String)))
  return [engine.spans(), engine.logs(), engine.metrics(), engine.stats(), lists]
}

function inDepth(value: unknown): string {
  return inspect(value, { depth: 20, maxArrayLength: null, maxStringLength: null, showHidden: true })
}
