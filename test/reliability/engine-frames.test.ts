import fc from 'fast-check'
import { expect, test } from 'vitest'
import { workerMessages } from '../../src/wire/protocol/messages.js'
import { engineRig, type EngineRig, guardedRig } from '../kit/engine-rig.js'
import type { Frame, RawWorker } from '../kit/raw-worker.js'

const ids = [
  'f',
  'g',
  'engine::mine',
  'engine::workers::register',
  'engine::functions::list',
  '',
  '__proto__',
  'toString',
]
const anyId = fc.constantFrom(...ids)
const anyNamespace = fc.constantFrom('default', 'blue', '', ' ', '__proto__')

/** Values a member may have: right ones, wrong ones, and ones that reach for the object behind. */
const anyValue = fc.oneof(
  anyId,
  anyNamespace,
  fc.uuid(),
  fc.constantFrom(null, 0, -1, 1e308, true, [], {}, { type: 'void' }, { type: 'enqueue', queue: 'q' }),
  fc.constant({ code: 'E', message: 'm' }),
  fc.constantFrom(JSON.parse('{"__proto__":{"polluted":1}}') as object, {
    constructor: { prototype: { polluted: 1 } },
  }),
  fc.string(),
)

/** A frame of a known type whose members are there or not, right or wrong. */
const anyFrame = fc.constantFrom(...Object.entries(workerMessages)).chain(([type, shape]) => {
  const members = Object.fromEntries(
    Object.keys(shape).map((key) => [
      key,
      key === 'function_id' || key === 'id' ? fc.oneof(anyId, anyValue) : anyValue,
    ]),
  )
  return fc.record(members, { requiredKeys: [] }).map((given) => JSON.stringify({ type, ...given }))
})

const anyText = fc.oneof(
  { weight: 6, arbitrary: anyFrame },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.json() },
  {
    weight: 2,
    arbitrary: fc.tuple(anyFrame, fc.nat(), fc.string({ maxLength: 3 })).map(([frame, at, noise]) => {
      const position = at % frame.length
      return frame.slice(0, position) + noise + frame.slice(position + 1)
    }),
  },
)

/** Two workers that send anything, and a third that must still be served as if nothing had happened. */
async function survives(
  rig: EngineRig,
  hostile: RawWorker[],
  steady: RawWorker,
  frames: readonly string[],
): Promise<void> {
  for (const [n, frame] of frames.entries()) hostile[n % hostile.length]!.send(frame)
  await rig.settle()
  const id = steady.invoke('steady', { n: 1 })
  await rig.settle()
  steady.answer(steady.take('invokefunction', { function_id: 'steady' }), { result: 'still here' })
  await rig.settle()
  expect(steady.take('invocationresult', { invocation_id: id })).toMatchObject({ result: 'still here' })
  // A call that fails is reported as an event, with its kind; other errors would be the engine's own.
  expect(rig.lines.filter(({ level, fields }) => level === 'error' && !('kind' in fields))).toEqual([])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}

const RUNS = process.env['TIER'] === 'nightly' ? 20_000 : 300

test('with any frames from workers, the engine serves the others and keeps nothing of those that left', async () => {
  const rig = await engineRig({ workers: [{ name: 'iii-pubsub' }] })
  const steady = await rig.worker({ name: 'steady' })
  steady.register('steady')
  await rig.settle()
  const before = rig.engine.stats()
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 30 }), async (frames) => {
      const hostile = [await rig.worker({ name: 'h1' }), await rig.worker()]
      await survives(rig, hostile, steady, frames)
      for (const worker of hostile) worker.transport.terminate()
      await rig.settle()
      steady.frames.length = 0
      expect(rig.engine.stats()).toMatchObject({
        sessions: before.sessions,
        functions: before.functions,
        triggers: before.triggers,
        pendingCalls: 0,
      })
    }),
    { numRuns: RUNS },
  )
})

test('malformed binary frames are dropped without other effects', async () => {
  const rig = await engineRig()
  const steady = await rig.worker({})
  steady.register('steady')
  const hostile = await rig.worker({})
  const bytes = fc.uint8Array({ maxLength: 64 })
  const prefixed = fc
    .tuple(fc.constantFrom('OTLP', 'MTRC', 'LOGS', 'OTL'), bytes)
    .map(([prefix, rest]) => Uint8Array.from([...Buffer.from(prefix), ...rest]))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(bytes, prefixed), { maxLength: 10 }), async (frames) => {
      hostile.send(...frames)
      await survives(rig, [hostile], steady, [])
    }),
    { numRuns: RUNS },
  )
  expect(hostile.closed).toBeUndefined()
})

test('a guest without grants has no effect, whatever it sends', async () => {
  const rig = await guardedRig({ expose_functions: [] })
  rig.admin.register('f', 'g', 'steady')
  rig.admin.send({ type: 'registertriggertype', id: 'f', description: '' })
  await rig.settle()
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 20 }), async (frames) => {
      const guest = await rig.guest(
        { allow_function_registration: false, allowed_trigger_types: [], forbidden_functions: ['engine::mine'] },
        {},
      )
      const { functions, triggers } = rig.engine.stats()
      await survives(rig, [guest], rig.admin, frames)
      const seen = rig.admin.frames.filter((frame: Frame) => frame['type'] !== 'invocationresult')
      expect(seen).toEqual([])
      expect(rig.engine.stats()).toMatchObject({ functions, triggers })
      guest.transport.terminate()
      await rig.settle()
      rig.admin.frames.length = 0
    }),
    { numRuns: RUNS },
  )
})

test('deep nesting is answered or dropped, in calls as in results, and never ends the link', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  worker.register('f')
  for (const depth of [1000, 10_000, 100_000]) {
    const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    worker.send(
      `{"type":"invokefunction","invocation_id":"00000000-0000-4000-8000-00000000000${String(depth).length}","function_id":"f","data":${deep}}`,
    )
    worker.send(`{"type":"registerfunction","id":"g","metadata":${deep}}`)
    worker.send(`{"type":"registertrigger","id":"t","trigger_type":"x","function_id":"f","config":${deep}}`)
    await rig.settle()
    worker.invoke('engine::functions::list')
    worker.invoke('engine::registered-triggers::list')
    await rig.settle()
  }
  worker.send({ type: 'ping' })
  await rig.settle()
  expect(worker.take('pong')).toEqual({ type: 'pong' })
  expect(worker.closed).toBeUndefined()
})

test('a flood of registrations stops at its limit and leaves the others unaffected', async () => {
  const rig = await engineRig({}, { maxRegistrations: 50 })
  const own = rig.engine.stats().functions
  const flood = await rig.worker({})
  for (let n = 0; n < 200; n++) {
    flood.send(
      { type: 'registerfunction', id: `f${String(n)}` },
      { type: 'registertriggertype', id: `y${String(n)}`, description: '' },
      { type: 'registertrigger', id: `t${String(n)}`, trigger_type: 'x', function_id: 'f', config: {} },
    )
  }
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ triggers: 50, functions: own + 50, refusedFrames: 450 })
  const other = await rig.worker({})
  other.register('mine')
  other.invoke('mine')
  await rig.settle()
  expect(other.take('invokefunction')['function_id']).toBe('mine')
})
