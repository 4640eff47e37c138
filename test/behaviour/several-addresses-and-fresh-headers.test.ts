/** When a worker dials which address, and how it asks for its headers. On virtual time. */
import { expect, test } from 'vitest'
import { resolveOptions, type InitOptions } from '../../src/sdk/worker/options/options.js'
import { Worker } from '../../src/sdk/worker/worker.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { localRig } from '../kit/local-rig.js'
import { ScriptedEngine, type Answer } from '../kit/scripted-engine.js'
import { seededRandom } from '../kit/seeded-random.js'
import { connectedRig, outcomeOf, workerRig } from '../kit/worker-rig.js'

const steady = { reconnectionConfig: { jitterFactor: 0, initialDelayMs: 1_000, maxDelayMs: 8_000 } }

/** The addresses that were dialled, each with its time, while each answers as given. */
async function dialsTo(
  answers: Record<string, Answer>,
  forMs: number,
  options: InitOptions = steady,
): Promise<string[]> {
  const clock = new VirtualClock()
  const engine = new ScriptedEngine(() => clock.now())
  const names = Object.keys(answers)
  engine.answer = () => answers[engine.dialled.at(-1) ?? '']!
  const resolved = resolveOptions(names, { diagnostics: 'silent', otel: { enabled: false }, ...options })
  const worker = new Worker(resolved, { dial: engine.dial, clock, random: seededRandom(1) })
  await clock.advance(forMs)
  await worker.shutdown()
  return engine.dials.map((at, index) => `${(at / 1000).toFixed(1)} ${engine.dialled[index]!.slice(5)}`)
}

test('after a failure the next address is dialled at once, and each waits for its own backoff', async () => {
  const dials = await dialsTo({ 'ws://a': 'unreachable', 'ws://b': 'unreachable' }, 8_000)
  expect(dials).toEqual(['0.0 a', '0.0 b', '1.0 a', '1.0 b', '3.0 a', '3.0 b', '7.0 a', '7.0 b'])
})

test('an address that takes the worker is kept until it fails, and then the others are tried first', async () => {
  const clock = new VirtualClock()
  const engine = new ScriptedEngine(() => clock.now())
  engine.answer = (dial) => (dial === 1 ? 'unreachable' : 'accept')
  const resolved = resolveOptions(['ws://a', 'ws://b', 'ws://c'], { diagnostics: 'silent', otel: { enabled: false } })
  const worker = new Worker(resolved, { dial: engine.dial, clock, random: seededRandom(1) })
  await clock.advance(60_000)
  expect(engine.dialled).toEqual(['ws://a', 'ws://b'])
  expect(worker.getAddress()).toBe('ws://b')
  engine.link.close()
  await clock.advance(1)
  expect(engine.dialled).toEqual(['ws://a', 'ws://b', 'ws://c'])
  engine.link.close()
  await clock.advance(1)
  expect(engine.dialled).toEqual(['ws://a', 'ws://b', 'ws://c', 'ws://a'])
  await worker.shutdown()
})

test('an address that does not answer costs one time limit, and the worker connects elsewhere', async () => {
  const dials = await dialsTo({ 'ws://a': 'stall', 'ws://b': 'accept' }, 60_000)
  expect(dials).toEqual(['0.0 a', '10.0 b'])
})

test.each([401, 403])('refused credentials (%i) have a slower backoff than an unreachable engine', async (status) => {
  const options = { reconnectionConfig: { initialDelayMs: 1, maxDelayMs: 5 } }
  const dials = await dialsTo({ 'ws://a': { status } }, 600_000, options)
  const waits = dials.map((dial) => parseFloat(dial)).map((at, index, all) => at - (all[index - 1] ?? at))
  for (const [index, expectedS] of [5, 10, 20, 40, 60, 60, 60].entries()) {
    expect(waits[index + 1]).toBeGreaterThan(expectedS * 0.69)
    expect(waits[index + 1]).toBeLessThan(expectedS * 1.31)
  }
  expect((await dialsTo({ 'ws://a': { status: 503 } }, 1_000, options)).length).toBeGreaterThan(150)
})

test('a refusal at one address leaves the backoff of the others alone', async () => {
  const dials = await dialsTo({ 'ws://a': { status: 401 }, 'ws://b': 'unreachable' }, 3_000)
  expect(dials).toEqual(['0.0 a', '0.0 b', '1.0 b', '3.0 b'])
})

test('`maxRetries` counts for each address', async () => {
  const options = { reconnectionConfig: { ...steady.reconnectionConfig, maxRetries: 1 } }
  const dials = await dialsTo({ 'ws://a': 'unreachable', 'ws://b': 'unreachable' }, 60_000, options)
  expect(dials).toEqual(['0.0 a', '0.0 b', '1.0 a', '1.0 b'])
})

test('a worker with plain headers dials synchronously, and those set in the same tick apply', async () => {
  const rig = workerRig({ headers: { authorization: 'one' } })
  expect(rig.engine.dials).toHaveLength(1)
  rig.worker.setHeaders({ authorization: 'two' })
  await Promise.resolve()
  expect(rig.link.headers).toEqual({ authorization: 'two' })
})

test('a function is asked for the headers before each dial', async () => {
  let token = 0
  const rig = await connectedRig({
    headers: async () => {
      await Promise.resolve()
      token += 1
      return { authorization: `token-${String(token)}` }
    },
  })
  rig.link.close()
  await rig.reconnect()
  rig.worker.setHeaders(() => ({ authorization: 'from a new function' }))
  rig.link.close()
  await rig.reconnect()
  expect(rig.engine.links.map(({ headers }) => headers['authorization'])).toEqual([
    'token-1',
    'token-2',
    'from a new function',
  ])
})

test.each<[string, () => never, RegExp]>([
  ['rejects', () => Promise.reject(new Error('no token')) as never, /`headers` failed, so .* not sent: no token/],
  [
    'throws',
    () => {
      throw new Error('no token')
    },
    /`headers` failed, so .* not sent: no token/,
  ],
  ['returns no headers', () => 'Bearer secret-word' as never, /result of `headers` must be an object, got a string/],
  ['returns a bad header', () => ({ a: 'secret-word\n' }) as never, /headers`\['a'\] has a name or value that HTTP/],
])(
  'a function for headers that %s ends the dial with a code, and the worker continues',
  async (_what, headers, text) => {
    const rig = await connectedRig({ headers })
    const [ended] = rig.eventsOf('connection_ended')
    expect(ended).toMatchObject({ error: { code: 'HANDSHAKE_FAILED', message: expect.stringMatching(text) as string } })
    expect(ended!.error.message).not.toContain('secret-word')
    expect(ended!.error).not.toHaveProperty('status')
    rig.worker.setHeaders({ authorization: 'plain' })
    expect((await rig.reconnect()).headers).toEqual({ authorization: 'plain' })
  },
)

test('a function for headers that never returns ends the dial at its time limit, and ends with its worker', async () => {
  const rig = await localRig()
  const headers = (): Promise<never> => new Promise(() => undefined)
  const worker = rig.addWorker({ headers, reconnectionConfig: { jitterFactor: 0 } })
  await rig.clock.advance(9_999)
  expect(worker.getConnectionState()).toBe('connecting')
  await rig.clock.advance(2)
  expect(worker.getConnectionState()).toBe('reconnecting')
  await rig.clock.advance(1_500)
  const ended = worker.shutdown()
  await rig.clock.advance(2_000)
  expect(await outcomeOf(ended)).toEqual({ value: undefined })
})
