/**
 * R49: text that the real engine cannot read, in everything a worker sends, against a peer that reads no more than that
 * engine. It arrives readable, or is refused with a code before it is sent, and nothing else is lost with it.
 */
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker, type III, type InitOptions } from 'iii-node'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { strictPeer, type StrictPeer } from '../kit/strict-peer.js'
import { whyUnreadable } from '../kit/strict-reader.js'

nothingEscapes()

const RUNS = Number(process.env['RUNS'] ?? (process.env['TIER'] === 'nightly' ? 100_000 : 10_000))
/** Levels of a payload that the real engine reads. */
const LEVELS = 126

/** Halves, pairs, and text that looks like their escapes. */
const text = fc.string({
  unit: fc.constantFrom('\ud83d', '\udc4d', '👍', '\\', 'ud83d', '\\udc4d', '"', 'é', '[', '{"', '\u0000', 'a'),
  maxLength: 12,
})
const scalar = fc.oneof(text, fc.constantFrom(0, -0, 1e308, 5e-324, 2 ** 64, NaN, Infinity, null, true))
const nested = fc
  .tuple(fc.integer({ min: LEVELS - 3, max: LEVELS + 3 }), fc.boolean(), scalar)
  .map(([levels, isList, leaf]) => {
    let value: unknown = isList ? [] : { [String(leaf)]: leaf }
    for (let level = 1; level < levels; level += 1) value = isList ? [value] : { a: value, b: 1 }
    return value
  })
const value = fc.oneof(
  { weight: 8, arbitrary: scalar },
  { weight: 4, arbitrary: fc.dictionary(text, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { maxKeys: 4 }) },
  { weight: 2, arbitrary: nested },
)

/** What arrives of a value: JSON, with U+FFFD in place of halves. */
function arriving(sent: unknown): unknown {
  const readable = (each: string): string => Buffer.from(each).toString()
  const walk = (each: unknown): unknown => {
    if (typeof each === 'string') return readable(each)
    if (Array.isArray(each)) return each.map(walk)
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(Object.entries(each).map(([key, member]) => [readable(key), walk(member)]))
  }
  return walk(JSON.parse(JSON.stringify(sent)))
}

const textOf = (each: unknown): string => (typeof each === 'string' ? each : JSON.stringify(each))

function levelsOf(each: unknown): number {
  if (typeof each !== 'object' || each === null) return 0
  return 1 + Math.max(0, ...Object.values(each).map(levelsOf))
}

async function stage(options: InitOptions = {}): Promise<{ peer: StrictPeer; worker: III }> {
  const peer = await strictPeer()
  const worker = registerWorker(peer.url, { otel: { enabled: false }, invocationTimeoutMs: 5_000, ...options })
  onTestFinished(() => worker.shutdown())
  await worker.ready()
  return { peer, worker }
}

/** Sends a call to the worker and waits for its answer. */
async function answerOf(peer: StrictPeer, functionId: string): Promise<Readonly<Record<string, unknown>>> {
  const invocation_id = crypto.randomUUID()
  const from = peer.messages.length
  peer.send({ type: 'invokefunction', invocation_id, function_id: functionId, data: null })
  return peer.next(({ type, invocation_id: id }) => type === 'invocationresult' && id === invocation_id, from)
}

const tooDeep = { code: 'serialization_error', message: expect.stringMatching(/nests too deep at `/) as string }

test(`${RUNS.toLocaleString('en')} payloads, results and errors arrive readable or are refused with a code`, async () => {
  const { peer, worker } = await stage()
  let result: unknown
  worker.registerFunction('gives', () => result)
  worker.registerFunction('fails', () => {
    throw new Error(textOf(result))
  })
  const check = fc.asyncProperty(
    value,
    fc.constantFrom('payload', 'metadata', 'result', 'error'),
    async (sent, way) => {
      const isRead = levelsOf(JSON.parse(JSON.stringify(sent))) <= LEVELS
      result = sent
      if (way === 'result') {
        const { result: given, error } = await answerOf(peer, 'gives')
        if (isRead) expect(given ?? null).toEqual(arriving(sent))
        else expect(error).toMatchObject(tooDeep)
      } else if (way === 'error') {
        const { error } = await answerOf(peer, 'fails')
        expect(error).toMatchObject({ code: 'invocation_failed', message: arriving(textOf(sent)) })
      } else {
        const called = worker.trigger({
          function_id: 'echo',
          payload: sent,
          ...(way === 'metadata' ? { metadata: sent } : {}),
        })
        if (isRead) expect((await called) ?? null).toEqual(arriving(sent))
        else await expect(called).rejects.toMatchObject(tooDeep)
      }
    },
  )
  await fc.assert(check, { numRuns: RUNS, endOnFailure: true })
  expect(peer.dropped).toEqual([])
  expect(worker.stats()).toMatchObject({ reconnects: 0, pendingCalls: 0, timedOutCalls: 0 })
}, 600_000)

test('functions, triggers and services are registered whatever their texts hold, or refused with a code', async () => {
  const { peer, worker } = await stage({ workerName: 'half \ud83d' })
  const half = 'thumb \ud83d'
  worker.registerFunction(half, () => 1, { description: half, metadata: { [half]: half } })
  worker.registerTrigger({ type: 'cron', function_id: half, config: { expression: half }, metadata: { [half]: 1 } })
  worker.registerTriggerType(`type ${half}`, half, {
    registerTrigger: async () => {},
    unregisterTrigger: async () => {},
  })
  await worker.trigger({ function_id: half, payload: null })
  expect(peer.dropped).toEqual([])
  expect(peer.messages.filter(({ type }) => type !== 'ping' && type !== 'invokefunction')).toMatchObject([
    {
      type: 'registerfunction',
      id: 'thumb \ufffd',
      description: 'thumb \ufffd',
      metadata: { 'thumb \ufffd': 'thumb \ufffd' },
    },
    { type: 'registertrigger', function_id: 'thumb \ufffd', config: { expression: 'thumb \ufffd' } },
    { type: 'registertriggertype', id: 'type thumb \ufffd' },
  ])

  let format: object = { type: 'string' }
  for (let level = 0; level < LEVELS; level += 1) format = { type: 'object', properties: { a: format } }
  const refused = {
    code: 'serialization_error',
    message: expect.stringContaining('`request_format.properties.a') as string,
  }
  expect(() => worker.registerFunction('deep', () => 1, { request_format: format })).toThrow(
    expect.objectContaining(refused) as Error,
  )
})

test('a payload that nests without end is refused with its path', async () => {
  const { worker, peer } = await stage()
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level += 1) deep = { next: deep }
  const message = expect.stringMatching(
    /nests too deep at `payload\.tree\[1\]\.next\.next.*…`: the engine reads 126/,
  ) as string
  const call = worker.trigger({ function_id: 'echo', payload: { tree: [0, deep] } })
  await expect(call).rejects.toMatchObject({ code: 'serialization_error', message })
  expect(peer.dropped).toEqual([])
})

test('an unreadable span or log record is repaired, and the others are unaffected', async () => {
  const otel = { enabled: true, metricsEnabled: false, fetchInstrumentationEnabled: false, logsBatchSize: 50 }
  const { peer, worker } = await stage({ otel })
  let deep: unknown = 'leaf \ud83d'
  for (let level = 0; level < 200; level += 1) deep = { deep }
  const bad: unknown[] = ['half \ud83d', { half: '\udc4d' }, deep, NaN, Infinity, 2n ** 70n, { circle: {} as object }]
  ;(bad[6] as { circle: unknown }).circle = bad[6]
  worker.registerFunction('work', (_data, _metadata, { logger }) => {
    for (const each of bad) logger.info('half \ud83d', each)
    for (const each of bad)
      worker.telemetry.logger!.emit({ body: each as string, attributes: { each: each as string } })
    worker.telemetry.tracer!.startSpan('half \ud83d', { attributes: { '\ud83d': '\udc4d', number: NaN } }).end()
  })
  for (let call = 0; call < 20; call += 1) await answerOf(peer, 'work')
  const { droppedTelemetry } = await worker.shutdownAsync()

  expect(peer.dropped).toEqual([])
  const texts = peer.telemetry.map(({ content }) => JSON.stringify(content))
  const count = (what: string): number => texts.reduce((sum, each) => sum + each.split(what).length - 1, 0)
  expect(count('"timeUnixNano"') + droppedTelemetry).toBeGreaterThanOrEqual(20 * 2 * bad.length)
  expect(count('"spanId"')).toBeGreaterThanOrEqual(40)
  // OpenTelemetry's own writer cannot write a cycle, which only a record of its own API may hold.
  expect(droppedTelemetry).toBe(20)
})

test.each([
  ['"\\ud800"', 'lone leading surrogate'],
  ['"\\udc00"', 'lone trailing surrogate'],
  ['"\\ud83d\\u0041"', 'lone leading surrogate'],
  ['1e309', 'number out of range'],
  [`${'['.repeat(128)}${']'.repeat(128)}`, 'recursion limit exceeded'],
  ['[1,]', 'expected a value'],
])('the strict peer itself refuses %s', (json, reason) => {
  expect(whyUnreadable(json)).toMatch(reason)
})

test.each(['"\\ud83d\\udc4d"', '"\\\\ud800"', '1e308', `${'['.repeat(127)}${']'.repeat(127)}`, '{"👍":[null,true]}'])(
  'the strict peer itself reads %s',
  (json) => {
    expect(whyUnreadable(json)).toBeUndefined()
  },
)
