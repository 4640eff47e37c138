import { expect, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { resolveOptions } from '../../src/sdk/worker/options/options.js'
import type { Worker } from '../../src/sdk/worker/worker.js'
import { atLeastTests } from '../kit/at-least.js'
import { expectUnharmed } from '../kit/good-calls.js'
import { hostileValues } from '../kit/hostile-values.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { connectedRig, outcomeOf, type WorkerRig } from '../kit/worker-rig.js'

nothingEscapes()

const quiet = { otel: { enabled: false } } as const
const boom = new Error('boom')

/** A record with a member that throws when read. */
function withTrap(member: string, rest: object = {}): never {
  return Object.defineProperty({ ...rest }, member, {
    enumerable: true,
    get: () => {
      throw boom
    },
  }) as never
}

interface Place {
  readonly what: string
  readonly members: readonly string[]
  /** Passes the value; throws its error or returns its promise. */
  readonly give: (worker: Worker, trap: (rest?: object) => never) => unknown
}

const trigger = { type: 'cron', function_id: 'f', config: {} }
const call = { function_id: 'f', payload: 1 }
const provider = { registerTrigger: () => Promise.resolve(), unregisterTrigger: () => Promise.resolve() }

const places: readonly Place[] = [
  {
    what: 'options of a function',
    members: ['description', 'request_format', 'response_format', 'metadata', 'invocation', 'maxConcurrentInvocations'],
    give: (worker, trap) => worker.registerFunction('f', () => 1, trap()),
  },
  {
    what: 'schemas of a function',
    members: ['input', 'output', 'validate', 'toJsonSchema', 'schemaTarget'],
    give: (worker, trap) => worker.registerFunction('f', () => 1, trap({ input: schema, output: schema })),
  },
  {
    what: 'a schema',
    members: ['version', 'vendor', 'validate'],
    give: (worker, trap) =>
      worker.registerFunction('f', () => 1, { input: { '~standard': trap({ version: 1, vendor: 'x' }) } }),
  },
  {
    what: 'a function served over HTTP',
    members: ['url', 'method', 'headers', 'timeout_ms', 'auth'],
    give: (worker, trap) => worker.registerFunction('f', trap({ url: 'http://127.0.0.1/' })),
  },
  {
    what: 'a trigger',
    members: ['type', 'function_id', 'config', 'metadata', 'namespace', 'trigger_namespace'],
    give: (worker, trap) => worker.registerTrigger(trap(trigger)),
  },
  {
    what: 'a trigger type',
    members: ['id', 'description', 'namespace', 'trigger_request_format', 'call_request_format'],
    give: (worker, trap) => worker.registerTriggerType(trap({ id: 't', description: '' }), provider),
  },
  {
    what: 'a provider',
    members: ['registerTrigger', 'unregisterTrigger'],
    give: (worker, trap) => worker.registerTriggerType('t', '', trap(provider)),
  },
  {
    what: 'a service',
    members: ['id', 'name', 'description'],
    give: (worker, trap) => worker.registerService(trap({ id: 's', name: 's' })),
  },
  {
    what: 'a call',
    members: ['function_id', 'payload', 'action', 'timeoutMs', 'metadata', 'namespace', 'signal'],
    give: (worker, trap) => worker.trigger(trap(call)),
  },
  {
    what: 'the action of a call',
    members: ['type', 'queue'],
    give: (worker, trap) => worker.trigger({ ...call, action: trap({ type: 'enqueue', queue: 'q' }) }),
  },
  { what: 'headers', members: ['authorization'], give: (worker, trap) => worker.setHeaders(trap()) },
  {
    what: 'options of a graceful end',
    members: ['drainTimeoutMs', 'signal'],
    give: (worker, trap) => worker.shutdownAsync(trap()),
  },
  { what: 'options of waiting', members: ['timeoutMs', 'signal'], give: (worker, trap) => worker.ready(trap()) },
  {
    what: 'options of a listing',
    members: ['namespace'],
    give: (worker, trap) => worker.listFunctions(trap()),
  },
]

const schema = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const

/** How handing something over ended at once: undefined when it was taken, or waits for an answer. */
async function endOf(rig: WorkerRig, give: () => unknown): Promise<unknown> {
  try {
    const made = give()
    if (!(made instanceof Promise)) return undefined
    made.catch(() => undefined)
    await rig.settle()
    return ((await outcomeOf(made)) as { error?: unknown } | undefined)?.error
  } catch (error) {
    return error
  }
}

/** What a client holds, which a refused argument must leave as it was. */
function held(rig: WorkerRig): object {
  const { pendingCalls, registeredFunctions, registeredTriggers, queuedMessages } = rig.worker.stats()
  return { pendingCalls, registeredFunctions, registeredTriggers, queuedMessages, sent: rig.link.received.length }
}

const traps = places.flatMap((place) => place.members.map((member) => [member, place.what, place] as const))

test.each(traps)(
  '`%s` of %s that cannot be read throws at the caller, and nothing is kept',
  async (member, _what, place) => {
    const rig = await connectedRig(quiet)
    await rig.settle()
    const before = held(rig)
    const error = await endOf(rig, () => place.give(rig.worker, (rest) => withTrap(member, rest)))
    await rig.settle()

    // A member that is not looked at is no failure.
    if (error !== undefined) expect(held(rig)).toEqual(before)
    expect(rig.eventsOf('callback_failed')).toEqual([])
    await expectUnharmed(rig)
  },
)

test.each(['workerName', 'headers', 'reconnectionConfig', 'otel', 'metadata', 'diagnostics', 'namespace'])(
  '`%s` of a client that cannot be read is an error of registerWorker',
  (member) => {
    expect(() => registerWorker('ws://127.0.0.1:9', withTrap(member, { autoConnect: false }))).toThrow('boom')
    expect(() => resolveOptions('ws://127.0.0.1:9', withTrap(member))).toThrow('boom')
  },
)

test.each(hostileValues().map(({ name }) => name))(
  '%s in a payload is an error of the call alone, or is sent, and the client goes on',
  async (name) => {
    const rig = await connectedRig(quiet)
    const value = (): unknown => hostileValues().find((each) => each.name === name)!.value
    const errors = [
      await endOf(rig, () => rig.worker.trigger({ function_id: 'f', payload: { nested: [value()] }, timeoutMs: 1 })),
      await endOf(rig, () =>
        rig.worker.trigger({ function_id: 'f', payload: 1, metadata: { nested: value() }, timeoutMs: 1 }),
      ),
    ]
    const failed = errors.filter((error) => error !== undefined)
    expect(rig.link.calls.length + failed.length).toBe(2)
    await rig.clock.advance(2)

    for (const error of failed) expect(error).toMatchObject({ kind: 'Serde' })
    expect(rig.worker.stats()).toMatchObject({ pendingCalls: 0, queuedMessages: 0 })
    expect(rig.eventsOf('callback_failed')).toEqual([])
    await expectUnharmed(rig)
  },
)

/** Payloads whose writing acts on the client that writes them. */
const meddlers: Record<string, (rig: WorkerRig, given: AbortController) => unknown> = {
  'gives its own call up': (_rig, given) => given.abort(new Error('given up')),
  'calls again': (rig) => void rig.worker.trigger({ function_id: 'f', payload: 2 }).catch(() => undefined),
  'cuts the link': (rig) => rig.link.cut(),
  'ends the client': (rig) => void rig.worker.shutdown(),
  'registers and removes a function': (rig) => rig.worker.registerFunction('own', () => 1).unregister(),
}

test.each(Object.keys(meddlers))('a payload that %s while it is written leaves one outcome', async (name) => {
  const rig = await connectedRig(quiet)
  const given = new AbortController()
  const outcomes: unknown[] = []
  const payload = {
    toJSON: () => {
      meddlers[name]!(rig, given)
      return 1
    },
  }
  rig.worker.trigger({ function_id: 'f', payload, signal: given.signal, timeoutMs: 1_000 }).then(
    (value: unknown) => outcomes.push(value),
    (error: unknown) => outcomes.push(error),
  )
  await rig.clock.advance(120_000)

  expect(outcomes).toHaveLength(1)
  expect(rig.worker.stats()).toMatchObject({ pendingCalls: 0, queuedMessages: 0 })
  if (name !== 'ends the client') await expectUnharmed(rig)
})

atLeastTests(95)
