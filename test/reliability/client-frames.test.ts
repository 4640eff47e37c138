import fc from 'fast-check'
import { expect, test } from 'vitest'
import { engineCodec } from '../../src/wire/protocol/engine-codec.js'
import { connectedRig, outcomeOf, type WorkerRig } from '../kit/worker-rig.js'
import { brokenMember, engineMessage, mutation } from '../kit/wire-messages.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'

nothingEscapes()

const id = '6f0c3f0e-0000-4000-8000-000000000000'

/** The worker still answers calls, makes calls, and is on its first link. */
async function expectAlive(rig: WorkerRig): Promise<void> {
  await rig.settle()
  expect(rig.worker.getConnectionState()).toBe('connected')
  expect(rig.engine.links).toHaveLength(1)
  const invoked = rig.link.invoke('echo', { n: 1 })
  const call = rig.worker.trigger({ function_id: 'f', payload: 1 })
  await rig.settle()
  expect(rig.link.resultOf(invoked)).toMatchObject({ result: { n: 1 } })
  rig.link.answer(rig.link.calls.at(-1)!, { result: 'fine' })
  expect(await outcomeOf(call)).toEqual({ value: 'fine' })
}

async function target(): Promise<WorkerRig> {
  const rig = await connectedRig()
  rig.worker.registerFunction('echo', (data: unknown) => data)
  rig.worker.registerTriggerType('mine', '', { registerTrigger: async () => {}, unregisterTrigger: async () => {} })
  rig.worker.onFunctionsAvailable(() => undefined)
  await rig.settle()
  return rig
}

const frames: Record<string, string> = {
  'no JSON': '{{{',
  'an array': '[]',
  'a number': '5',
  'an object without type': '{"id":1}',
  'an unknown type': '{"type":"selfdestruct"}',
  'a type of another kind': '{"type":{"type":"ping"}}',
  'a message only workers send': '{"type":"registerfunction","id":"f"}',
  'a session info of the wrong type': '{"type":"workerregistered","worker_id":5}',
  'an invocation without id': '{"type":"invokefunction","function_id":"echo","data":{}}',
  'an invocation with a bad id': '{"type":"invokefunction","invocation_id":"x","function_id":"echo","data":{}}',
  'an invocation without data': `{"type":"invokefunction","invocation_id":"${id}","function_id":"echo"}`,
  'an invocation of __proto__': `{"type":"invokefunction","invocation_id":"${id}","function_id":"__proto__","data":{}}`,
  'an invocation of constructor': `{"type":"invokefunction","invocation_id":"${id}","function_id":"constructor","data":{}}`,
  'a result of nothing': `{"type":"invocationresult","invocation_id":"${id}","function_id":"f"}`,
  'a result with a polluting body': `{"type":"invocationresult","invocation_id":"${id}","function_id":"f","error":{"__proto__":{"code":"x","message":"y"}}}`,
  'a binding of an unknown type':
    '{"type":"registertrigger","id":"t","trigger_type":"nope","function_id":"f","config":null}',
  'a binding with odd members':
    '{"type":"registertrigger","id":"t","trigger_type":"mine","function_id":"f","config":[],"metadata":5}',
  'a release of nothing': '{"type":"unregistertrigger","id":"nope"}',
  'a trigger result with an odd error':
    '{"type":"triggerregistrationresult","id":"t","trigger_type":"x","function_id":"f","error":"no"}',
  'a rejection without code': '{"type":"registrationrejected"}',
  'an error without body': '{"type":"error"}',
  'a pong': '{"type":"pong"}',
  'white space': ' \n ',
  nothing: '',
  'a channel reference that is none': `{"type":"invokefunction","invocation_id":"${id}","function_id":"echo","data":{"channel_id":5}}`,
  'half a channel reference': `{"type":"invokefunction","invocation_id":"${id}","function_id":"echo","data":{"channel_id":"a","access_key":"b","direction":"sideways"}}`,
  'a lone surrogate': '{"type":"\\ud800"}',
  'a null byte': '{"type":"ping\\u0000"}',
}

test.each(Object.keys(frames))('the link survives %s', async (name) => {
  const rig = await target()
  rig.link.sendText(frames[name]!)
  await expectAlive(rig)
})

test('an invocation is answered whatever its data, ten thousand levels deep or ten megabytes long', async () => {
  const rig = await target()
  const data = [
    '['.repeat(10_000) + ']'.repeat(10_000),
    JSON.stringify('x'.repeat(10_000_000)),
    `{"a":${'1'.repeat(400)}}`,
    '{"__proto__":{"polluted":1}}',
  ]
  for (const [index, text] of data.entries()) {
    rig.link.sendText(
      `{"type":"invokefunction","invocation_id":"6f0c3f0e-0000-4000-8000-00000000000${index}","function_id":"echo","data":${text}}`,
    )
  }
  await rig.settle()

  expect(rig.link.all('invocationresult')).toHaveLength(4)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
  await expectAlive(rig)
})

test('an invocation of a function id as long as a message is answered', async () => {
  const rig = await target()
  const invocation = rig.link.invoke('f'.repeat(65 * 1024 * 1024))
  await rig.settle()

  expect(rig.link.resultOf(invocation)?.error?.code).toBeTypeOf('string')
  await expectAlive(rig)
})

test('binary frames are read as text, and invalid ones are ignored', async () => {
  const rig = await target()
  const { right } = rig.link.pair
  for (const bytes of [
    [],
    [0],
    [0xff, 0xfe],
    Array.from(Buffer.from('OTLP{}')),
    Array.from({ length: 100_000 }, () => 0x80),
  ])
    right.send(new Uint8Array(bytes))
  right.send(Buffer.from('{"type":"ping"}'))
  await expectAlive(rig)

  expect(rig.link.all('pong')).toHaveLength(1)
})

test('10,000 mutated frames, one after the other, leave a working link', async () => {
  const rig = await target()
  const runs = process.env['TIER'] === 'nightly' ? 500_000 : 10_000
  const harmless = engineMessage.filter(({ type }) => type !== 'registrationrejected')
  const frame = fc.oneof(
    fc
      .tuple(harmless, fc.array(mutation, { maxLength: 3 }))
      .map(([message, changes]) =>
        changes.reduce((text, change) => change(text), engineCodec.encode(message as never)),
      ),
    brokenMember(harmless).map((message) => JSON.stringify(message)),
  )
  for (const text of fc.sample(frame, { numRuns: runs, seed: 19 })) {
    if (text.includes('registrationrejected')) continue
    rig.link.sendText(text)
  }
  await rig.settle()
  await expectAlive(rig)
}, 120_000)

test('a flood of frames in one tick is handled and leaves no state', async () => {
  const rig = await target()
  const count = 50_000
  for (let index = 0; index < count; index += 1) {
    rig.link.sendText('{"type":"ping"}')
    rig.link.sendText('{"type":"pong"}')
    rig.link.sendText('junk')
    rig.link.sendText(`{"type":"invocationresult","invocation_id":"${id}","function_id":"f"}`)
    rig.link.sendText(
      `{"type":"registertrigger","id":"t${index % 10}","trigger_type":"mine","function_id":"f","config":${index}}`,
    )
  }
  for (let index = 0; index < 10; index += 1) rig.link.sendText(`{"type":"unregistertrigger","id":"t${index}"}`)
  await rig.settle()

  expect(rig.link.all('pong')).toHaveLength(count)
  expect(rig.worker.stats()).toMatchObject({ pendingCalls: 0, runningInvocations: 0, lateResults: count })
  await expectAlive(rig)
}, 60_000)

test('repeated session info does not change the next reattach', async () => {
  const rig = await target()
  for (let index = 0; index < 1_000; index += 1)
    rig.link.sendText(`{"type":"workerregistered","worker_id":"w${index}","reattach_token":null}`)
  await expectAlive(rig)
  rig.link.cut()
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.received[0]?.type).not.toBe('reattach')
})

test('a rejection of the worker among invalid frames ends it cleanly', async () => {
  const rig = await target()
  const call = rig.worker.trigger({ function_id: 'f', payload: 1 })
  call.catch(() => undefined)
  rig.link.sendText('junk')
  rig.link.sendText('{"type":"registrationrejected","code":"","owner_worker_id":null}')
  rig.link.sendText('{"type":"registrationrejected","code":"AGAIN"}')
  await rig.settle()

  expect(rig.worker.getConnectionState()).toBe('failed')
  expect(await outcomeOf(call)).toMatchObject({ error: { kind: 'RegistrationRejected', code: '' } })
})
