import { expect, test } from 'vitest'
import { engineRig, guardedRig } from '../kit/engine-rig.js'

const MAX_BYTES = 64 * 1024 * 1024
const MIB = 1024 * 1024
const large = (bytes = MIB): object => ({ note: 'x'.repeat(bytes) })

test('the registrations of a guarded session are limited in memory, which is released when it ends', async () => {
  const rig = await guardedRig()
  const guest = await rig.guest({ allow_function_registration: true })
  for (let n = 0; n < 100; n += 1) {
    guest.send({ type: 'registerfunction', id: `open::${String(n)}`, metadata: large(), description: 'd' })
  }
  await rig.settle()
  const { functions, refused, refusedFrames } = rig.engine.stats()
  const before = functions - (100 - refused.registrations)
  expect(refused.registrations).toBe(100 - Math.floor(MAX_BYTES / (MIB + 1_000)))
  expect(refusedFrames).toBe(refused.registrations)
  expect(rig.lines.filter(({ message }) => message.includes('registration')).at(-1)).toMatchObject({
    fields: { reason: expect.stringContaining(`at most ${String(MAX_BYTES)} bytes`) as unknown },
  })

  // Registered again, the same function replaces itself; without one there is room for another.
  guest.send({ type: 'registerfunction', id: 'open::0', metadata: large() })
  guest.send({ type: 'unregisterfunction', id: 'open::1' })
  guest.send({ type: 'registerfunction', id: 'open::another', metadata: large() })
  await rig.settle()
  expect(rig.engine.stats().refused.registrations).toBe(refused.registrations)
  guest.transport.terminate()
  await rig.settle()
  expect(rig.engine.stats().functions).toBe(before)
  const next = await rig.guest({ allow_function_registration: true }, { name: 'next' })
  next.send({ type: 'registerfunction', id: 'open::2', metadata: large(60 * MIB) })
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ functions: before + 1, refused: { registrations: refused.registrations } })
})

test.each([
  ['formats of functions', 'registerfunction', { request_format: large(10_000) }],
  ['descriptions', 'registerfunction', { description: 'x'.repeat(10_000) }],
  ['settings of triggers', 'registertrigger', { trigger_type: 'none', function_id: 'f', config: large(10_000) }],
  ['formats of trigger types', 'registertriggertype', { description: '', trigger_request_format: large(10_000) }],
])('%s count', async (_what, type, members) => {
  const rig = await engineRig({}, { maxRegistrationBytes: 95_000 })
  const worker = await rig.worker({ name: 'w' })
  for (let n = 0; n < 12; n += 1) worker.send({ type, id: `n${String(n)}`, ...members })
  await rig.settle()
  expect(rig.engine.stats().refused.registrations).toBe(3)
  const refusals = worker.frames.filter(({ error }) => error !== undefined)
  expect(refusals).toHaveLength(type === 'registertrigger' ? 3 : 0)
})

test('triggers that outlive their worker share one limit', async () => {
  const rig = await engineRig({}, { maxRegistrationBytes: 50_000 })
  const worker = await rig.worker({ name: 'w' })
  const answers: unknown[] = []
  for (let n = 0; n < 6; n += 1) {
    const input = { trigger_type: 'none', function_id: 'f', config: large(10_000) }
    answers.push(await rig.call(worker, 'engine::register_trigger', input))
  }
  expect(answers.slice(0, 4)).toEqual(Array(4).fill(expect.objectContaining({ result: expect.anything() as unknown })))
  expect(answers.slice(4)).toMatchObject(Array(2).fill({ error: { code: 'trigger_registration_failed' } }))
})

test('the process details of a worker are truncated like its name', async () => {
  const rig = await engineRig()
  const text = 'x'.repeat(MIB)
  const worker = await rig.worker({ name: 'w', os: text, version: text, runtime: text, telemetry: { framework: text } })
  const listed = await rig.call(worker, 'engine::workers::list')
  expect(JSON.stringify(listed).length).toBeLessThan(3_000)
})
