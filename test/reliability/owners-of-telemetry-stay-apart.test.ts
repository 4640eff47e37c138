/**
 * Two clients and a program's own OpenTelemetry, of either major version, in one process and all busy: globals of the
 * process stay unchanged, and every span is attributed to its owner. 300 chains of three calls in every run; 20,000 at
 * night.
 */
import { context, metrics, propagation, trace, type Tracer } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import * as first from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Logger, type III } from 'iii-node'
import { getAllBaggage, recordSpanEvent, setBaggageEntry, withSpan } from 'iii-node/helpers/observability'
import { getMeter } from 'iii-node/helpers/observability/internal'
import { createTestEngine } from 'iii-node/testing'
import type { TestEngine } from '../../src/testing/test-engine.js'

const isNightly = process.env['TIER'] === 'nightly'
const CHAINS = isNightly ? 20_000 : 300
const IN_FLIGHT = 50
const LIMIT_MS = isNightly ? 600_000 : 60_000

/** The test engine keeps this many spans; the load is looked at in pieces. */
const CHAINS_PER_ENGINE = Math.min(CHAINS, 1_000)

interface Own {
  readonly tracer: Tracer
  /** Names of the spans that the program's own exporter got. */
  spans(): readonly string[]
}

/** A program's own set-up, with OpenTelemetry 1.x or 2.x, registered process-wide or kept to itself. */
const setups: Readonly<Record<string, () => Own>> = {
  'OpenTelemetry 2.x, registered for the process': () => {
    const exporter = new InMemorySpanExporter()
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
    trace.setGlobalTracerProvider(provider)
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    return { tracer: trace.getTracer('own'), spans: () => exporter.getFinishedSpans().map(({ name }) => name) }
  },
  'OpenTelemetry 1.x, registered for the process': () => {
    const exporter = new first.InMemorySpanExporter()
    const provider = new first.BasicTracerProvider({ spanProcessors: [new first.SimpleSpanProcessor(exporter)] })
    provider.register({ contextManager: new AsyncLocalStorageContextManager() })
    return { tracer: trace.getTracer('own'), spans: () => exporter.getFinishedSpans().map(({ name }) => name) }
  },
  'OpenTelemetry 1.x, kept to itself': () => {
    const exporter = new first.InMemorySpanExporter()
    const provider = new first.BasicTracerProvider({ spanProcessors: [new first.SimpleSpanProcessor(exporter)] })
    return { tracer: provider.getTracer('own'), spans: () => exporter.getFinishedSpans().map(({ name }) => name) }
  },
}

/** The process-wide registrations of OpenTelemetry's API, shared by all of its copies. */
function globals(): Record<string, unknown> {
  return { ...(globalThis as Record<symbol, object | undefined>)[Symbol.for('opentelemetry.js.api.1')] }
}

function forgetGlobals(): void {
  for (const api of [trace, context, propagation, metrics, logs]) api.disable()
}

beforeEach(forgetGlobals)
afterEach(forgetGlobals)

const jobs = ['one', 'two'] as const

/** Each worker calls the other in the middle of its own work, and the program's own spans are made all along. */
function serve(worker: III, name: string, other: string, own: Own): void {
  worker.registerFunction(`${name}::work`, async ({ depth }: { depth: number }, _meta, { trigger, logger }) => {
    own.tracer.startSpan(`own in ${name}`).end()
    await new Promise((resolve) => setImmediate(resolve))
    return withSpan(`${name} step`, {}, async () => {
      new Logger().info(`${name} says`)
      logger.info(`${name} says`)
      getMeter()!.createCounter(`${name}.steps`).add(1)
      if (depth === 0) return getAllBaggage()
      const carried = setBaggageEntry(`by.${name}`, 'yes')
      const call = () => trigger<unknown, unknown>({ function_id: `${other}::work`, payload: { depth: depth - 1 } })
      const answer = await context.with(carried, call)
      recordSpanEvent(`${name} received`)
      return answer
    })
  })
}

async function chains(engine: TestEngine, count: number): Promise<void> {
  let left = count
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const baggage = await engine.call(`${jobs[left % 2]!}::work`, { depth: 2 })
      expect(baggage).toMatchObject({ 'by.one': 'yes', 'by.two': 'yes' })
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

const ownerOf = (resource: Readonly<Record<string, unknown>>): string => String(resource['service.name'])

/** Whatever names itself after a worker has to belong to it. */
function expectOwners(engine: TestEngine, count: number): void {
  const spans = engine.spans()
  expect(spans).toHaveLength(count * 6)
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const strays = spans.filter(({ name, resource, events, traceId, parentSpanId }) => {
    const owner = ownerOf(resource)
    const isOwn = name === `execute ${owner}::work` || name === `${owner} step`
    const received = events.every((event) => !event.name.endsWith('received') || event.name === `${owner} received`)
    return !isOwn || !received || (parentSpanId !== undefined && byId.get(parentSpanId)?.traceId !== traceId)
  })
  expect(strays).toEqual([])
  const perTrace = new Map<string, number>()
  for (const { traceId } of spans) perTrace.set(traceId, (perTrace.get(traceId) ?? 0) + 1)
  expect(new Set(perTrace.values())).toEqual(new Set([6]))
  expect(engine.logs()).toHaveLength(count * 6)
  expect(
    engine.logs().filter(({ body, resource, spanId = '' }) => {
      const owner = ownerOf(resource)
      return body !== `${owner} says` || byId.get(spanId)?.resource['service.name'] !== owner
    }),
  ).toEqual([])
  const counted = engine.metrics().filter(({ name }) => name.endsWith('.steps'))
  expect(counted.every(({ name, resource }) => name === `${ownerOf(resource)}.steps`)).toBe(true)
  expect(counted.reduce((sum, { value = 0 }) => sum + value, 0)).toBe(count * 3)
}

test.each(Object.entries(setups))(
  'beside %s each span, line and count is its owner’s',
  { timeout: LIMIT_MS },
  async (_name, setUp) => {
    const own = setUp()
    const before = globals()
    const [fetchBefore, listeners] = [globalThis.fetch, process.eventNames().length]
    for (let done = 0; done < CHAINS; done += CHAINS_PER_ENGINE) {
      const engine = await createTestEngine()
      const workers = jobs.map((name) =>
        engine.connect({
          workerName: name,
          enableMetricsReporting: false,
          otel: { enabled: true, serviceName: name, logsBatchSize: 50 },
        }),
      )
      workers.forEach((worker, index) => serve(worker, jobs[index]!, jobs[1 - index]!, own))
      await Promise.all(workers.map((worker) => worker.ready()))
      await chains(engine, CHAINS_PER_ENGINE)
      await Promise.all(workers.map((worker) => worker.shutdownAsync()))
      expectOwners(engine, CHAINS_PER_ENGINE)
      await engine.close()
      expect(own.spans()).toHaveLength((done + CHAINS_PER_ENGINE) * 3)
    }
    expect(new Set(own.spans())).toEqual(new Set(['own in one', 'own in two']))
    // Existing globals are unchanged, and only missing ones were added.
    expect(globals()).toMatchObject(before)
    const added = Object.keys(globals()).filter((key) => !(key in before))
    expect(['context', 'propagation']).toEqual(expect.arrayContaining(added))
    expect(globalThis.fetch).toBe(fetchBefore)
    expect(process.eventNames()).toHaveLength(listeners)
  },
)

test('a program that sets up OpenTelemetry after its first worker still receives its own spans', async () => {
  await using engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: true, serviceName: 'one', fetchInstrumentationEnabled: false } })
  expect(
    Object.keys(globals())
      .filter((key) => key !== 'version' && key !== 'diag')
      .sort(),
  ).toEqual(['context', 'propagation'])
  const own = setups['OpenTelemetry 1.x, registered for the process']!()
  worker.registerFunction('work', () =>
    own.tracer.startActiveSpan('own', (span) => {
      span.end()
      return trace.getSpanContext(context.active())?.traceId
    }),
  )
  await worker.ready()
  const traceId = await engine.call('work')
  await worker.shutdown()
  expect(own.spans()).toEqual(['own'])
  expect(engine.spans()).toMatchObject([{ name: 'execute work', traceId }])
})
