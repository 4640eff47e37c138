import { expect, onTestFinished, test, vi } from 'vitest'
import { createStream } from '../../src/entry/helpers.js'
import type { StandardSchemaV1 } from '../../src/sdk/schema/standard-schema.js'
import { Logger } from '../../src/sdk/telemetry/logs/logger.js'
import { atLeastTests } from '../kit/at-least.js'
import { expectUnharmed } from '../kit/good-calls.js'
import { hostileCallbacks, type HostileCallback } from '../kit/hostile-callbacks.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { connectedRig, type WorkerRig } from '../kit/worker-rig.js'

nothingEscapes()

const quiet = { otel: { enabled: false } } as const

async function settled(rig: WorkerRig): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await rig.settle()
}

/** Failures that `diagnostics` received. */
const reported = (rig: WorkerRig): number => rig.eventsOf('callback_failed').length

/** Whether a failure is visible to a caller that does not await the value. */
const isSeenUnasked = ({ ending }: HostileCallback): boolean => ending === 'throws' || ending === 'rejects'
const failsWhenAsked = (callback: HostileCallback): boolean =>
  isSeenUnasked(callback) || callback.ending === 'fails when awaited'

const cases = hostileCallbacks.map((callback) => [callback.name, callback] as const)

/** Listeners: no caller waits for their result, so a failure is one diagnostic. */
const listeners: Record<string, (rig: WorkerRig, run: () => void) => void | Promise<void>> = {
  'connection states': async (rig, run) => {
    rig.worker.onConnectionStateChange(run)
    rig.link.cut()
    await settled(rig)
    await rig.reconnect()
  },
  'functions that come and go': async (rig, run) => {
    rig.worker.onFunctionsAvailable(run)
    await settled(rig)
    const id = rig.link.all('registerfunction').at(-1)?.id ?? ''
    rig.link.invoke(id, { functions: [] })
  },
}

for (const [place, tell] of Object.entries(listeners)) {
  test.each(cases)(`a listener to ${place} that %s is reported once per event`, async (_name, callback) => {
    const rig = await connectedRig(quiet)
    let told = 0
    await tell(rig, () => {
      told += 1
      return callback.run() as undefined
    })
    await settled(rig)

    expect(told).toBeGreaterThan(0)
    expect(reported(rig)).toBe(isSeenUnasked(callback) ? told : 0)
    await expectUnharmed(rig)
  })
}

test.each(cases)('a diagnostics function that %s goes to the console, once an event', async (_name, callback) => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const rig = await connectedRig({ ...quiet, diagnostics: () => callback.run() as undefined })
  await settled(rig)
  printed.mockClear()
  rig.link.sendText('junk')
  await settled(rig)

  expect(printed).toHaveBeenCalledTimes(isSeenUnasked(callback) ? 1 : 0)
  await expectUnharmed(rig)
})

/** Functions with a caller: a failure is an error of that caller only. */
const served: Record<string, (rig: WorkerRig, run: () => unknown) => string> = {
  'a handler': (rig, run) => {
    rig.worker.registerFunction('asked', run)
    return 'asked'
  },
  'a store of streams': (rig, run) => {
    const method = run as () => Promise<never>
    const [update, list] = [method, method]
    createStream(rig.worker, 's', { get: method, set: method, delete: method, update, list, listGroups: list })
    return 'stream::get(s)'
  },
  'a schema of the payload': (rig, run) => {
    rig.worker.registerFunction('asked', () => 'never', { input: schemaThat(run), request_format: {} })
    return 'asked'
  },
  'a schema of the result': (rig, run) => {
    rig.worker.registerFunction('asked', () => 'seen', { output: schemaThat(run), response_format: {} })
    return 'asked'
  },
}

function schemaThat(validate: () => unknown): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'hostile', validate } } as StandardSchemaV1
}

for (const [place, serve] of Object.entries(served)) {
  test.each(cases)(`${place} that %s is an error of the caller alone`, async (_name, callback) => {
    const rig = await connectedRig(quiet)
    const invoked = rig.link.invoke(serve(rig, callback.run))
    await settled(rig)

    const answers = rig.link.all('invocationresult').filter(({ invocation_id }) => invocation_id === invoked)
    expect(answers).toHaveLength(callback.ending === 'hangs' ? 0 : 1)
    if (failsWhenAsked(callback)) expect(answers[0]).toMatchObject({ error: { code: expect.any(String) as string } })
    expect(reported(rig)).toBe(0)
    await expectUnharmed(rig)
  })
}

test.each(cases)('a sink of log lines that %s loses its lines and is reported once', async (_name, callback) => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const rig = await connectedRig(quiet)
  const sink = callback.run as () => undefined
  Logger.setSink({ debug: sink, info: sink, warn: sink, error: sink })
  onTestFinished(() => Logger.setSink(undefined))
  rig.worker.registerFunction('logs', (_data, _metadata, { logger }) => {
    logger.info('line')
    logger.error('line')
    return 'done'
  })
  const invoked = rig.link.invoke('logs')
  await settled(rig)

  expect(rig.link.resultOf(invoked)).toMatchObject({ result: 'done' })
  expect(warned).toHaveBeenCalledTimes(isSeenUnasked(callback) ? 1 : 0)
  expect(reported(rig)).toBe(0)
  await expectUnharmed(rig)
})

test.each(cases)('a provider that %s when a trigger comes refuses it, once', async (_name, callback) => {
  const rig = await connectedRig(quiet)
  rig.worker.registerTriggerType('mine', '', {
    registerTrigger: callback.run as () => Promise<void>,
    unregisterTrigger: () => Promise.resolve(),
  })
  rig.link.send({ type: 'registertrigger', id: 't', trigger_type: 'mine', function_id: 'f', config: null })
  await settled(rig)

  const answers = rig.link.all('triggerregistrationresult')
  expect(answers).toHaveLength(callback.ending === 'hangs' ? 0 : 1)
  if (answers.length > 0) expect(answers[0]?.error !== undefined).toBe(failsWhenAsked(callback))
  expect(reported(rig)).toBe(0)
  await expectUnharmed(rig)
})

test.each(cases)('a provider that %s when a trigger goes is reported once', async (_name, callback) => {
  const rig = await connectedRig(quiet)
  rig.worker.registerTriggerType('mine', '', {
    registerTrigger: () => Promise.resolve(),
    unregisterTrigger: callback.run as () => Promise<void>,
  })
  rig.link.send({ type: 'registertrigger', id: 't', trigger_type: 'mine', function_id: 'f', config: null })
  rig.link.send({ type: 'unregistertrigger', id: 't' })
  await settled(rig)

  expect(reported(rig)).toBe(failsWhenAsked(callback) ? 1 : 0)
  await expectUnharmed(rig)
})

atLeastTests(185)
