/**
 * A process that is an engine, a server or a caller whose connections the test cuts. It reads commands as lines of JSON
 * and keeps its part of the ledger of calls. The clock of its worker runs faster, so that it detects a half-open
 * connection within seconds; all other times are those of the test.
 */
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { defaultEngineConfig } from '../../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../../src/engine/engine.js'
import { systemRandom } from '../../../src/std/random.js'
import { dialWebSocket } from '../../../src/wire/transport/ws-dial.js'
import { resolveOptions } from '../../../src/sdk/worker/options/options.js'
import { Worker } from '../../../src/sdk/worker/worker.js'
import { answerOf, CallLedger, type Answer, type LedgerOptions } from '../call-ledger.js'
import { fastClock } from '../fast-clock.js'

const READY_LIMIT_MS = 5_000
const FUNCTIONS = ['work-0', 'work-1']

interface Given {
  readonly port: number
  readonly url: string
  readonly name: string
  /** How much faster than the test the worker lives. */
  readonly timesFaster: number
  readonly timeoutMs: number
  readonly ledger: LedgerOptions
  readonly serves: string
  readonly inFlight: number
  readonly forMs: number
  readonly n: number
}

let engine: LocalEngine | undefined
let worker!: Worker
let ledger!: CallLedger
/** The longest wait for a link. */
let readyLimitMs = 0
let isOver = false
let calling: Promise<unknown> = Promise.resolve()

async function connect({ url, name, serves, timesFaster, timeoutMs, ledger: options }: Given): Promise<void> {
  const resolved = resolveOptions(url, {
    workerName: name,
    diagnostics: 'silent',
    otel: { enabled: false },
    reconnectionConfig: { initialDelayMs: timesFaster, maxDelayMs: 5 * timesFaster, maxPendingMessages: 4 },
    invocationTimeoutMs: timeoutMs * timesFaster,
  })
  readyLimitMs = READY_LIMIT_MS * timesFaster
  ledger = new CallLedger(options)
  worker = new Worker(resolved, { dial: dialWebSocket, clock: fastClock(timesFaster), random: systemRandom })
  if (serves !== '') worker.registerFunction(serves, handler)
  await worker.ready({ timeoutMs: readyLimitMs })
}

async function handler({ n }: { n: number }): Promise<Answer> {
  ledger.run(n)
  if (n % 3 === 0) await delay(n % 5)
  return answerOf(n)
}

function callFor(n: number): Promise<Answer> {
  return worker.trigger({ function_id: FUNCTIONS[n % 2]!, payload: { n, fill: 'y'.repeat(n % 211) } })
}

async function keepCalling(): Promise<void> {
  while (!isOver) {
    // Calls that are refused at once would otherwise follow each other without end.
    if (!(await ledger.make(callFor))) await delay(2)
  }
}

const commands: Record<string, (given: Given) => unknown> = {
  engine: async ({ port }) => {
    engine = await startEngine(defaultEngineConfig({ port, httpPort: 0, streamPort: 0 }))
    return Number(new URL(engine.url).port)
  },
  connect,
  call: ({ inFlight }) => {
    calling = Promise.all(Array.from({ length: inFlight }, keepCalling))
  },
  made: () => ledger.made,
  /** Resolves once every call has settled or was found late. */
  stop: async () => {
    isOver = true
    await calling
  },
  /** Calls once, outside of the ledger, until it is answered. */
  answer: async ({ n }) => {
    await worker.ready({ timeoutMs: readyLimitMs })
    for (let attempt = 1; ; attempt++) {
      try {
        return await callFor(n)
      } catch (error) {
        if (attempt === 50) throw error
        await delay(20)
      }
    }
  },
  ledger: () => ledger.part,
  pending: () => (engine ?? worker).stats().pendingCalls,
  reconnects: () => worker.stats().reconnects,
  /** Blocks the event loop for `forMs`. */
  block: ({ forMs }) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs)
  },
}

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, do: name, with: given } = JSON.parse(line) as { id: number; do: string; with: Given }
    void (async () => commands[name]?.(given))().then(
      (ok) => say({ id, ok: ok ?? null }),
      (error: unknown) => say({ id, failed: { message: String(error) } }),
    )
  })
  .on('close', () => process.exit())
say({ event: 'started' })
