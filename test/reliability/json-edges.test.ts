/** Values at the edges of JSON: each arrives as what JSON makes of it, or is refused with a typed error. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IIIError } from '../../src/errors.js'
import { engineCodec, workerCodec } from '../../src/wire/protocol/codec.js'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'
import { localRig } from '../kit/local-rig.js'

const RUNS = process.env['TIER'] === 'nightly' ? 100_000 : 10_000

const polluting = (): unknown => JSON.parse('{"__proto__":{"x":1}}') as unknown

const cycle = (): unknown => {
  const value: Record<string, unknown> = {}
  value['list'] = [value]
  return value
}

const deep = (levels: number, leaf: unknown = 1): unknown => {
  let value = leaf
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

/** How many lists are inside each other; without recursion, which ten thousand levels might not allow. */
const depthOf = (nested: unknown): number => {
  let levels = 0
  for (let inner = nested; Array.isArray(inner); inner = (inner as unknown[])[0]) levels += 1
  return levels
}

/** What JSON has no exact form for, and what it has a form for that surprises. */
const edge = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, -0, NaN, Infinity, -Infinity, 2 ** 53 + 2, 1e308, 5e-324, '', '\0'),
  fc.constantFrom<unknown>('\ud800', '\udc00x', '\u2028', '__proto__', Symbol('s'), Map, () => 1),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.double(),
  fc.maxSafeInteger(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0xd7f0, max: 0xe00f })).map((units) => String.fromCharCode(...units)),
  fc.constant(0).map(() => new Map([[1, 2]])),
  fc.constant(0).map(() => new Set([1])),
  fc.uint8Array(),
  fc.constant(0).map(cycle),
  fc.constant(0).map(() => Object(1n) as unknown),
  fc.constant(0).map(() => /re/g),
  fc.constant(0).map(() => new Error('e')),
)

const value = fc.oneof(
  { weight: 2, arbitrary: edge },
  { weight: 1, arbitrary: fc.array(edge, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), edge, { maxKeys: 4 }) },
  { weight: 1, arbitrary: fc.tuple(fc.nat({ max: 60 }), edge).map(([levels, leaf]) => deep(levels, leaf)) },
)

/** What JSON makes of a value; undefined when it has no form, 'refused' when writing it throws. */
function asJson(data: unknown): { readonly text: string | undefined } | 'refused' {
  try {
    return { text: JSON.stringify(data) }
  } catch {
    return 'refused'
  }
}

/** JSON text with U+FFFD in place of halves of surrogate pairs; of two members with one name the later counts. */
function readable(json: string): string {
  const text = json.replace(/\\(?:ud[89a-f]..|[^])/g, (escape) => (escape.length > 2 ? '\ufffd' : escape))
  return JSON.stringify(JSON.parse(text))
}

function written(data: unknown): string | IIIError {
  try {
    return workerCodec.encode({ type: 'invokefunction', function_id: 'f', data })
  } catch (error) {
    if (error instanceof IIIError) return error
    throw error
  }
}

test('every value arrives as JSON represents it, or the sender receives a typed error', () => {
  fc.assert(
    fc.property(value, (data) => {
      const expected = asJson(data)
      const frame = written(data)
      if (expected === 'refused') {
        expect(frame).toMatchObject({ kind: 'Serde', code: 'serialization_error' })
      } else if (expected.text === undefined) {
        expect(frame).toMatchObject({ kind: 'Serde', code: 'MALFORMED_FRAME' })
      } else {
        const read = engineCodec.decode(frame as string)
        expect(read).toMatchObject({ type: 'invokefunction', function_id: 'f' })
        expect(JSON.stringify((read as { data?: unknown }).data)).toBe(readable(expected.text))
      }
    }),
    { numRuns: RUNS },
  )
})

test.each([
  ['minus zero', -0, 0],
  ['no number', [NaN, Infinity], [null, null]],
  ['an integer above the safe ones', Number('9007199254740993'), 2 ** 53],
  ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a map', new Map([[1, 2]]), {}],
  ['undefined in a list and in an object', [undefined, { a: undefined }], [null, {}]],
  ['a key that could pollute', polluting(), polluting()],
] as [string, unknown, unknown][])(
  '%s reaches a handler on the engine, and its caller, as JSON has it',
  async (_name, sent, expected) => {
    const rig = await localRig()
    const server = rig.addWorker()
    const caller = rig.addWorker()
    const seen: unknown[] = []
    server.registerFunction('echo', ({ value: got }: { value: unknown }) => {
      seen.push(got)
      return { back: sent }
    })
    await rig.settle()
    const call = caller.trigger({ function_id: 'echo', payload: { value: sent } })
    await rig.settle()

    expect(await call).toEqual({ back: expected })
    expect(seen).toEqual([expected])
    expect(({} as { x?: unknown }).x).toBeUndefined()
  },
)

test.each([
  ['a cycle', cycle()],
  ['a BigInt', { n: 1n }],
])('%s is refused where it is sent, and reported to the caller where it is answered', async (_name, bad) => {
  const rig = await localRig()
  const server = rig.addWorker()
  const caller = rig.addWorker()
  server.registerFunction('bad', () => bad)
  await rig.settle()
  const refused = caller.trigger({ function_id: 'bad', payload: bad })
  const answered = caller.trigger({ function_id: 'bad', payload: {} })
  void answered.catch(() => undefined)
  await expect(refused).rejects.toMatchObject({ kind: 'Serde', code: 'serialization_error' })
  await rig.settle()

  await expect(answered).rejects.toMatchObject({ name: 'InvocationError', code: 'serialization_error' })
  expect(caller.stats()).toMatchObject({ pendingCalls: 0 })
})

test('ten thousand levels arrive whole or cause a typed error in both directions, and the connection stays open', async () => {
  const rig = await connectedRig()
  const ran: number[] = []
  rig.worker.registerFunction('deep', (payload) => {
    ran.push(depthOf(payload))
    return deep(10_000)
  })
  const call = rig.worker.trigger({ function_id: 'f', payload: deep(10_000) })
  void call.catch(() => undefined)
  const id = rig.link.invoke('deep', {})
  const nested = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
  const invocation_id = '6f0c3f0e-0000-4000-8000-000000000000'
  rig.link.sendText(
    `{"type":"invokefunction","invocation_id":"${invocation_id}","function_id":"deep","data":${nested}}`,
  )
  await rig.settle()

  const refusal = await outcomeOf(call)
  if (refusal === undefined) expect(JSON.stringify(rig.link.calls[0]!.data)).toBe(JSON.stringify(deep(10_000)))
  else expect(refusal).toMatchObject({ error: { kind: 'Serde', code: 'serialization_error' } })
  const answer = rig.link.resultOf(id)
  if (answer?.error === undefined) expect(JSON.stringify(answer?.result)).toBe(JSON.stringify(deep(10_000)))
  else expect(answer.error).toMatchObject({ code: 'serialization_error' })
  expect(ran).toEqual([0, 10_000])
  expect(rig.worker.getConnectionState()).toBe('connected')
})
