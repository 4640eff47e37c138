/**
 * A sink for telemetry that is dead for long: calls go on as before, memory stays within the caps, and every span that
 * was not sent is counted. 20,000 spans of 4 KiB in every run; a million at night, when the time of calls is looked at.
 */
import { expect, test } from 'vitest'
import { registerWorker, type III, type InitOptions } from 'iii-node'
import { heldBytes } from '../kit/process-watch.js'
import { telemetryEndpoint, type SinkFate, type TelemetryEndpoint } from '../kit/telemetry-endpoint.js'
import { testEngine } from '../kit/local-rig.js'

const isNightly = process.env['TIER'] === 'nightly'
const SPANS = isNightly ? 1_000_000 : 20_000
const SPANS_PER_CALL = 10
const IN_FLIGHT = 64
const ROUNDS = isNightly ? 15 : 2
/** Calls before memory is looked at: code gets compiled, and little waits yet. */
const WARM_UP = 20
const LIMIT_MS = isNightly ? 900_000 : 60_000

/** What each span carries besides. */
const NOTE = 'x'.repeat(4096)

const MIB = 1024 * 1024
/** 16 MiB of frames that wait, 1 MiB in the socket, and room for what is not telemetry. */
const BOUND_BYTES = 16 * MIB + 1 * MIB + 8 * MIB

/** How far the median p99 may be above that of a worker whose sink reads. */
const P99_RATIO = 1.1

type Caps = Pick<NonNullable<InitOptions['otel']>, 'channelCapacity' | 'reconnectionConfig'>

interface Stage {
  readonly endpoint: TelemetryEndpoint
  readonly worker: III
  /** Makes calls, and gives the time each took. */
  readonly calls: (count: number) => Promise<Float64Array>
  /** Ends the worker; the result is how many spans were not sent. */
  readonly end: () => Promise<number>
}

/** A worker that calls itself, and makes spans as it serves. */
async function stage(fate: SinkFate, caps: Caps = {}): Promise<Stage> {
  const engine = await testEngine()
  const endpoint = await telemetryEndpoint(Number(new URL(engine.url).port), fate)
  const worker = registerWorker(endpoint.url, {
    diagnostics: 'silent',
    otel: {
      enabled: true,
      transport: 'dedicated',
      metricsEnabled: false,
      fetchInstrumentationEnabled: false,
      shutdownTimeoutMs: 1_000,
      ...caps,
    },
  })
  worker.registerFunction('work', () => {
    const { tracer } = worker.telemetry
    for (let n = 1; n < SPANS_PER_CALL; n++) tracer!.startSpan('step').setAttribute('note', NOTE).end()
    return 1
  })
  await worker.ready()
  return {
    endpoint,
    worker,
    calls: (count) => timedCalls(worker, count),
    end: async () => (await worker.shutdownAsync()).droppedTelemetry,
  }
}

async function timedCalls(worker: III, count: number): Promise<Float64Array> {
  const tookMs = new Float64Array(count)
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const number = next++
      const startedAt = performance.now()
      await worker.trigger({ function_id: 'work', payload: {} })
      tookMs[number] = performance.now() - startedAt
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  return tookMs
}

const p99 = (times: Float64Array): number => times.toSorted()[Math.floor(times.length * 0.99)]!
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

test.each(['refuses', 'never-reads'] as const)(
  'a sink that %s costs bounded memory, and each span is sent or counted',
  { timeout: LIMIT_MS },
  async (fate) => {
    const { worker, calls, endpoint, end } = await stage(fate)
    await calls(WARM_UP)
    const before = await heldBytes()
    await calls(SPANS / SPANS_PER_CALL)
    const grown = (await heldBytes()) - before
    const made = SPANS + WARM_UP * SPANS_PER_CALL
    const dropped = worker.stats().droppedTelemetry

    expect(grown).toBeLessThan(BOUND_BYTES)
    expect(endpoint.dials).toBeGreaterThan(0)
    // What is not dropped yet waits within the caps: spans of at least 4 KiB in 17 MiB, and in what the system buffers.
    expect(made - dropped).toBeLessThan((64 * MIB) / NOTE.length)
    expect(dropped).toBeLessThan(made)
    const droppedInAll = await end()
    if (fate === 'refuses') expect(droppedInAll).toBe(made)
    else expect(droppedInAll).toBeGreaterThanOrEqual(dropped)
    console.log(`${fate}: ${made} spans, ${droppedInAll} dropped, ${(grown / MIB).toFixed(1)} MiB held`)
  },
)

test('calls take no longer than with a sink that reads', { timeout: LIMIT_MS }, async () => {
  const alive = await stage('reads')
  const dead = await stage('never-reads')
  const calls = Math.ceil(SPANS / SPANS_PER_CALL / ROUNDS)
  const ratios: number[] = []
  for (const { calls: warmUp } of [alive, dead]) await warmUp(isNightly ? 1_000 : 200)
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? [alive, dead] : [dead, alive]
    const times = new Map<Stage, number>()
    for (const side of order) times.set(side, p99(await side.calls(calls)))
    ratios.push(times.get(dead)! / times.get(alive)!)
  }
  console.log(
    `p99 with a dead sink: ${median(ratios).toFixed(3)} of that with one that reads (${ratios.length} rounds)`,
  )
  expect(dead.worker.stats().droppedTelemetry).toBeGreaterThan(SPANS / 2)
  // The one that reads does so in this process, in between, and may fall behind.
  expect(await alive.end()).toBeLessThan(SPANS / 10)
  await dead.end()
  // A few hundred calls among other tests are no measurement.
  if (isNightly) expect(median(ratios)).toBeLessThanOrEqual(P99_RATIO)
})

test('the measurement detects the same load without caps', { timeout: LIMIT_MS }, async () => {
  const unbounded = { maxPendingMessages: Infinity, maxPendingBytes: Infinity }
  const { calls, end } = await stage('refuses', { channelCapacity: 1e9, reconnectionConfig: unbounded })
  await calls(WARM_UP)
  const before = await heldBytes()
  await calls(20_000 / SPANS_PER_CALL)
  expect((await heldBytes()) - before).toBeGreaterThan(BOUND_BYTES)
  await end()
})
