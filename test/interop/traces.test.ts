import { expect, test } from 'vitest'
import { useStage, type InteropStage } from './interop-stage.js'
import type { CapturedSpan } from '../../src/testing/otlp.js'

const stage = useStage({ telemetry: true }, async (stage) => {
  await stage.add('ours', 'ours too')
})

interface Hop {
  readonly trace_id: string
  readonly span_id: string
  readonly baggage: Readonly<Record<string, string>>
}

const ENTRIES = { tenant: 'acme', note: 'grüße,ü=1' }

test.each([
  ['ours', 'python', 'ours too'],
  ['python', 'ours', 'node'],
  ['node', 'python', 'ours'],
  ['ours', 'node', 'python'],
])('a call from %s by way of %s to %s is one trace, and takes its baggage along', async (first, middle, last) => {
  const chain = `${first} > ${middle} > ${last}`
  await stage().serve(last, `${chain}::last`, { handler: 'relay' })
  await stage().serve(middle, `${chain}::middle`, { handler: 'relay', to: `${chain}::last` })
  const hops = await stage()
    .actor(first)
    .do<Hop[]>('trace', { span: chain, entries: ENTRIES, function_id: `${chain}::middle`, payload: {} })

  const [hop] = hops
  expect(hops).toHaveLength(2)
  expect(new Set(hops.map(({ trace_id }) => trace_id)).size).toBe(1)
  const names = [chain, `execute ${chain}::middle`, `execute ${chain}::last`]
  const spans = await spansOfTrace(stage(), hop?.trace_id ?? '', names)
  const [root, atMiddle, atLast] = names.map((name) => spans.find((span) => span.name === name))
  expect([root, atMiddle, atLast].map((span) => span?.resource['service.name'])).toEqual([first, middle, last])
  expect([atMiddle?.spanId, atLast?.spanId]).toEqual(hops.map(({ span_id }) => span_id))
  const lineage = ancestorsOf(spans, atLast)
  expect(lineage).toContain(atMiddle!)
  expect(lineage.slice(lineage.indexOf(atMiddle!))).toContain(root!)
  expect(lineage.at(-1)).toBe(root)
  expect(root?.parentSpanId).toBeUndefined()

  await engineTells(stage(), { traceId: root?.traceId ?? '', services: [first, middle, last], names })
  // Python's actor logs nothing on its way.
  const logging = [atMiddle, atLast].filter((span) => span?.resource['service.name'] !== 'python')
  await engineTellsLines(stage(), logging)

  expect(atMiddle?.attributes).toMatchObject(ENTRIES)
  if (middle !== 'python') expect(atLast?.attributes).toMatchObject(ENTRIES)
  const carrying = hops.map(({ baggage }) => Object.entries(ENTRIES).every(([key, value]) => baggage[key] === value))
  // Python's client sets the baggage on its span, but gives its handlers none and so passes none on.
  expect(carrying).toEqual([middle !== 'python', middle !== 'python' && last !== 'python'])
})

interface TreeSpan {
  readonly name: string
  readonly service_name: string
  readonly children: readonly TreeSpan[]
}

interface Expected {
  readonly traceId: string
  readonly services: readonly string[]
  readonly names: readonly string[]
}

/** The engine's own functions give the trace as one tree, in which each hop is below the one before. */
async function engineTells({ engine }: InteropStage, { traceId, services, names }: Expected): Promise<void> {
  const tree = async (): Promise<readonly TreeSpan[]> => {
    const answer = await engine.call('engine::traces::tree', { trace_id: traceId })
    return (answer as { roots: readonly TreeSpan[] }).roots
  }
  const hops = async (): Promise<string[][]> => pathsTo(await tree(), names)
  await expect.poll(hops).toEqual([names.map((name, index) => `${services[index]!}: ${name}`)])
}

/** Ways from a root to a leaf, by the spans that were asked for. */
function pathsTo(spans: readonly TreeSpan[], names: readonly string[]): string[][] {
  return spans.flatMap(({ name, service_name: service, children }) => {
    const here = names.includes(name) ? [`${service}: ${name}`] : []
    const below = pathsTo(children, names)
    return below.length === 0 ? (here.length === 0 ? [] : [here]) : below.map((path) => [...here, ...path])
  })
}

/** Each of these spans has the line that was logged inside of it. */
async function engineTellsLines({ engine }: InteropStage, spans: readonly (CapturedSpan | undefined)[]): Promise<void> {
  for (const span of spans) {
    const query = { trace_id: span?.traceId, span_id: span?.spanId }
    const body = span?.name.replace('execute ', 'at ')
    await expect
      .poll(() => engine.call('engine::logs::list', query))
      .toMatchObject({ logs: [{ body, ...query, service_name: span?.resource['service.name'] }] })
  }
}

/** All spans of a trace, once those named have come in and every parent has, too. */
async function spansOfTrace(
  { engine }: InteropStage,
  traceId: string,
  names: readonly string[],
): Promise<CapturedSpan[]> {
  const ofTrace = (): CapturedSpan[] => engine.spans().filter((span) => span.traceId === traceId)
  await expect.poll(() => ofTrace().map(({ name }) => name)).toEqual(expect.arrayContaining([...names]))
  const ids = (): Set<string> => new Set(ofTrace().map(({ spanId }) => spanId))
  await expect
    .poll(() => ofTrace().filter(({ parentSpanId }) => parentSpanId !== undefined && !ids().has(parentSpanId)))
    .toEqual([])
  return ofTrace()
}

/** From the span's parent to the root. */
function ancestorsOf(spans: readonly CapturedSpan[], span: CapturedSpan | undefined): CapturedSpan[] {
  const parent = spans.find(({ spanId }) => spanId === span?.parentSpanId)
  return parent === undefined ? [] : [parent, ...ancestorsOf(spans, parent)]
}
