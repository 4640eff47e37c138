import fc from 'fast-check'
import { expect, test } from 'vitest'
import { engineCodec } from '../../../../src/wire/protocol/engine-codec.js'
import { splitPayload } from '../../../../src/wire/protocol/split-payload.js'
import { engineRig, guardedRig } from '../../../kit/engine-rig.js'

const ID = 'b7ad6b71-6920-4331-8000-000000000000'
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
/** Enough for a payload to be worth forwarding. */
const PAD = 'x'.repeat(1100)

const members = {
  type: fc.constantFrom(...Array<string>(3).fill('invokefunction'), 'invocationresult'),
  invocation_id: fc.constant(ID),
  function_id: fc.constantFrom('orders::get', 'data', 'a"b', '"data":'),
  data: fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(['type', 'data', 'baggage'].map((key) => [key, fc.string()]))),
  ),
  result: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.jsonValue() }),
  traceparent: fc.constantFrom(TRACE, ''),
  baggage: fc.constantFrom('k=v', 'x\u00e4', 'a="b"', '\\'),
  metadata: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.jsonValue() }),
  action: fc.constantFrom(undefined, undefined, undefined, { type: 'void' }),
}

/** A frame in the order of a client, or in any order, some members twice, with the spaces of two JSON writers. */
const anyFrame = fc
  .tuple(
    fc.record(members, { requiredKeys: ['type', 'data'] }),
    fc.infiniteStream(fc.nat(99)),
    fc.record({ isSpaced: fc.boolean(), isPadded: fc.boolean(), isMixed: fc.boolean() }),
  )
  .map(([message, dice, { isSpaced, isPadded, isMixed }]) => {
    const roll = (): number => Number(dice.next().value)
    const [colon, comma] = isSpaced ? [': ', ', '] : [':', ',']
    const value = isPadded ? [message.data, PAD] : message.data
    const isResult = message.type === 'invocationresult' && message.result === undefined
    const padded = { ...message, data: isResult ? undefined : value, result: isResult ? value : message.result }
    const entries = Object.entries(padded).filter(([, value]) => value !== undefined)
    const all = [...entries, ...entries.filter(() => isMixed && roll() < 10)]
      .map((entry): [number, (typeof entries)[number]] => [isMixed ? roll() : 0, entry])
      .sort(([a], [b]) => a - b)
    const written = (value: unknown): string => JSON.stringify(value, null, isSpaced ? 1 : undefined)
    return `{${all.map(([, [key, value]]) => `"${key}"${colon}${written(value)}`).join(comma)}}`
  })

test('a call or result that is split reads like one that is parsed whole', () => {
  const splits = { invokefunction: 0, invocationresult: 0 }
  const check = fc.property(anyFrame, (frame) => {
    const call = splitPayload(frame)
    if (call === undefined) return
    expect(call.message).toEqual(engineCodec.decode(frame))
    const { type, data, result } = JSON.parse(frame) as Record<string, unknown>
    expect(JSON.parse(call.payload)).toEqual(type === 'invokefunction' ? data : result)
    splits[type as keyof typeof splits] += 1
  })
  fc.assert(check, { numRuns: 3000 })
  expect(splits.invokefunction).toBeGreaterThan(100)
  expect(splits.invocationresult).toBeGreaterThan(30)
})

const data = { id: 7, more: ['a', { type: 'x', data: 'y' }], pad: PAD }
const text = JSON.stringify(data)
const spaced = JSON.stringify(data, null, 1)
const confusing = JSON.stringify({ pad: PAD, action: { metadata: { a: 1 } }, metadata: { action: {} } })

test.each([
  [
    'this package',
    `{"type":"invokefunction","invocation_id":"${ID}","function_id":"f","data":${text},"namespace":"eu","traceparent":"${TRACE}"}`,
    text,
  ],
  [
    'the Node client',
    `{"type":"invokefunction","invocation_id":"${ID}","function_id":"f","data":${text},"traceparent":"${TRACE}","baggage":"k=v"}`,
    text,
  ],
  [
    'the Python client',
    `{"function_id": "f", "data": ${spaced}, "invocation_id": "${ID}", "type": "invokefunction"}`,
    spaced,
  ],
  [
    'this package with an action and metadata',
    `{"type":"invokefunction","function_id":"f","data":${text},"action":{"type":"void"},"namespace":"eu","metadata":{"action":{"a":"}"}},"traceparent":"${TRACE}"}`,
    text,
  ],
  [
    'the Node client with an action and metadata',
    `{"invocation_id":"${ID}","function_id":"f","data":${text},"traceparent":"${TRACE}","baggage":"k=v","action":{"type":"enqueue","queue":"q"},"metadata":[1],"type":"invokefunction"}`,
    text,
  ],
  [
    'the Python client with metadata',
    `{"function_id": "f", "data": ${spaced}, "metadata": ${JSON.stringify({ a: { b: 1 } }, null, 1)}, "invocation_id": "${ID}", "type": "invokefunction"}`,
    spaced,
  ],
  [
    'a client whose payload looks like the members behind it',
    `{"type":"invokefunction","function_id":"f","data":${confusing},"metadata":1}`,
    confusing,
  ],
])('the payload of a call of %s is found', (_, frame, payload) => {
  expect(splitPayload(frame)?.payload).toBe(payload)
})

const call = (payload: string, more = ''): string =>
  `{"type":"invokefunction","invocation_id":"${ID}","function_id":"f","data":${payload}${more}}`

const answer = (payload: string, more = ''): string =>
  `{"type":"invocationresult","invocation_id":"${ID}","function_id":"f","result":${payload}${more}}`

test.each([
  ['two payloads', call(text, `,"data":${text}`)],
  ['metadata that names a payload', call(text, ',"metadata":{"data":1}')],
  ['an escaped key behind the payload', call(text, ',"metadata":1,"d\\u0061ta":2')],
  ['a payload that is no JSON', call(`{"pad":"${PAD}"`)],
  ['half a surrogate pair', call(`["${PAD}","\\ud800"]`)],
  ['a number above the largest double', call(`["${PAD}",1e999]`)],
  ['too many levels', call(`${'['.repeat(130)}"${PAD}"${']'.repeat(130)}`)],
  ['another message', call(text).replace('invokefunction', 'invocationresult')],
  ['a result and an error', answer(text, ',"error":{"code":"a","message":"b"}')],
  ['a result of a call', answer(text).replace('invocationresult', 'invokefunction')],
])('a frame with %s is left to the codec', (_, frame) => {
  expect(splitPayload(frame)).toBeUndefined()
})

const exact = `{"pad":"${PAD}","n":1.0,"large":12345678901234567890}`

test('a payload is forwarded as it was received, with the id of its caller', async () => {
  const rig = await engineRig()
  const [owner, caller] = [await rig.worker({ name: 'owner' }), await rig.worker({ name: 'caller' })]
  owner.register('f')
  await rig.settle()
  caller.send(call(exact))
  await rig.settle()
  expect(owner.texts.at(-1)).toContain(`${exact.slice(0, -1)},"_caller_worker_id":"${caller.id}"}`)
})

test('a payload with white space behind it is forwarded as valid JSON', async () => {
  const rig = await engineRig()
  const [owner, caller] = [await rig.worker({ name: 'owner' }), await rig.worker({ name: 'caller' })]
  owner.register('f')
  await rig.settle()
  for (const more of ['', ` ,"traceparent":"${TRACE}"\n`]) {
    caller.send(call(`${text}\n `, more))
    await rig.settle()
    expect(owner.take('invokefunction')['data']).toEqual({ ...data, _caller_worker_id: caller.id })
  }
})

test('the id of a caller replaces one in the payload', async () => {
  const rig = await engineRig()
  const [owner, caller] = [await rig.worker({ name: 'owner' }), await rig.worker({ name: 'caller' })]
  owner.register('f')
  await rig.settle()
  caller.send(call(`{"_caller_worker_id":"forged","pad":"${PAD}"}`))
  await rig.settle()
  expect(owner.texts.at(-1)).not.toContain('forged')
  expect(owner.take('invokefunction')['data']).toEqual({ _caller_worker_id: caller.id, pad: PAD })
})

test('the payload of a call with metadata on a guarded listener is forwarded as it was received', async () => {
  const rig = await guardedRig()
  rig.admin.register('open::f')
  const guest = await rig.guest({})
  guest.send(call(exact, ',"metadata":{"tenant":"a"},"action":{"type":"void"}').replace('"f"', '"open::f"'))
  await rig.settle()
  expect(rig.admin.texts.at(-1)).toContain(`${exact.slice(0, -1)},"_caller_worker_id":"${guest.id}"}`)
  expect(rig.admin.take('invokefunction')).toMatchObject({ function_id: 'open::f', metadata: { tenant: 'a' } })
})

test('a result with headers of its own is forwarded as it was received, with the headers of the call', async () => {
  const rig = await engineRig()
  const [owner, caller] = [await rig.worker({ name: 'owner' }), await rig.worker({ name: 'caller' })]
  owner.register('f')
  await rig.settle()
  caller.send(call('{}', `,"traceparent":"${TRACE}"`))
  await rig.settle()
  owner.send(answer(exact, `,"traceparent":"${TRACE.replace('0af', '1af')}","baggage":"own=1"`))
  await rig.settle()
  expect(caller.texts.at(-1)).toContain(`"result":${exact}`)
  const answered = caller.take('invocationresult')
  expect(answered).toMatchObject({ invocation_id: ID, function_id: 'f', traceparent: TRACE })
  expect(answered).not.toHaveProperty('baggage')
})
