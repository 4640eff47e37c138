import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../kit/raw-worker.js'
import { makers, useStage, type Maker } from './interop-stage.js'

const RULES = {
  auth_function_id: 'guard::auth',
  on_trigger_registration_function_id: 'guard::on-trigger',
  expose_functions: ['match("engine::*")'],
}

/** Tests start processes of their own. */
const LONG = { timeout: 30_000 }

const stage = useStage({ engine: { rbac: RULES } })

const WAIT = { timeout: 6_000 }

const call = (name: string, function_id: string, payload: unknown): Promise<unknown> =>
  stage().actor(name).do('call', { function_id, payload })

/** Trigger ids that a provider was given for a type. */
const boundAt = (name: string, type: string): unknown[] =>
  stage()
    .actor(name)
    .events.filter(({ event, of }) => event === 'bound' && of === type)
    .map(({ trigger_id }) => trigger_id)

const others: readonly (readonly [Maker, Maker])[] = [
  ['node', 'newest-python'],
  ['python', 'ours'],
  ['newest-python', 'node'],
]

describe.each(others)(
  'a provider of %s that is replaced by its successor, with a consumer of %s',
  (maker, consumer) => {
    test('its triggers are bound at the successor, once each, and never again at the dead one', LONG, async () => {
      const type = `replaced-${maker}`
      const [first, second] = [`${type}-1`, `${type}-2`]
      const ids = ['before', 'between'].map((when) => `${consumer}::${when}-${type}`)
      for (const id of ids) await stage().serve(consumer, id, { handler: 'record', result: id })
      await Promise.all([first, second].map((name) => stage().add(maker, name)))
      await stage().actor(first).do('provide', { trigger_type: type })
      await stage().bind(consumer, type, ids[0] ?? '', { every: 1 })
      await expect.poll(() => boundAt(first, type), WAIT).toHaveLength(1)

      const oldest = boundAt(first, type)
      await stage().kill(first)
      const between = { handle: `between ${type}`, type, function_id: ids[1], config: { every: 2 } }
      await stage().actor(consumer).do('bind', between)

      await stage().actor(second).do('provide', { trigger_type: type })
      await expect.poll(() => boundAt(second, type), WAIT).toHaveLength(2)
      expect(boundAt(second, type)).toEqual(expect.arrayContaining(oldest))
      const fired = await stage().actor(second).do<unknown[]>('fire', { trigger_type: type, payload: {} })
      expect(fired.sort()).toEqual(ids)

      await stage()
        .actor(consumer)
        .do('undo', { handle: `${type} ${ids[0] ?? ''}` })
      await stage()
        .actor(second)
        .heard(({ event, of, trigger_id }) => event === 'unbound' && of === type && trigger_id === oldest[0])
      expect(await stage().actor(second).do('fire', { trigger_type: type, payload: {} })).toEqual([ids[1]])
      expect(boundAt(second, type)).toHaveLength(2)
    })
  },
)

describe.each(others)('a trigger hook of %s, and a guest of %s', (maker, guest) => {
  test(
    'the hook receives type, function and context, also of a missing target, and its refusal counts',
    LONG,
    async () => {
      const name = `guest-at-${maker}`
      await stage().serve(maker, RULES.auth_function_id, { handler: 'record', result: { context: { tenant: maker } } })
      await stage().serve(maker, RULES.on_trigger_registration_function_id, { handler: 'flaky', failures: 99 })
      await stage().add(guest, name, { url: stage().engine.guardedUrl })
      const asked = ['subscribe', `unknown-to-${maker}`].map((type) => ({
        handle: type,
        type,
        function_id: `nowhere::of-${maker}`,
        config: { topic: 't' },
      }))
      const refusedBefore = stage().engine.stats().refusedFrames
      for (const trigger of asked) await stage().actor(name).do('bind', trigger)

      const seen = await stage().actor(maker).received(RULES.on_trigger_registration_function_id, 2)
      expect(seen.map(({ payload }) => payload)).toMatchObject(
        asked.map(({ type: trigger_type, function_id, config }) => ({
          trigger_type,
          function_id,
          config,
          context: { tenant: maker },
        })),
      )
      // A refusal of the hook is not answered, as on the distributed engine.
      await expect.poll(() => stage().engine.stats().refusedFrames, WAIT).toBe(refusedBefore + 2)
      expect(await stage().bindings(`nowhere::of-${maker}`)).toEqual([])
      for (const handle of [RULES.auth_function_id, RULES.on_trigger_registration_function_id])
        await stage().actor(maker).do('undo', { handle })
    },
  )
})

/** The clients that know namespaces. */
const placed: readonly Maker[] = ['newest-python', 'ours']

describe.each(placed)('a worker of %s in a namespace', (maker) => {
  const name = `${maker}-in-orders`
  const id = `on-news-of-${maker}`

  test('its triggers call its own function, not the one of that id in the default namespace', LONG, async () => {
    await stage().add(maker, name, { namespace: `orders-of-${maker}` })
    await stage().serve('python', id, { handler: 'record' })
    await stage().serve(name, id, { handler: 'record' })
    const own = { topic: `news-for-${maker}` }
    await stage().bind(name, 'subscribe', id, own)
    await stage().bind(name, 'state', id, { scope: `scope-of-${maker}` })
    await call('node', 'publish', { ...own, data: { to: 'its own' } })
    await call('node', 'state::set', { scope: `scope-of-${maker}`, key: 'k', value: 1 })
    const received = (await stage().actor(name).received(id, 2)).map(({ payload }) => payload)
    expect(received).toContainEqual({ to: 'its own' })
    expect(received).toContainEqual(expect.objectContaining({ event_type: 'state:created', key: 'k' }))

    const named = { ...own, topic: `${own.topic}-by-default` }
    const trigger = { handle: 'named', type: 'subscribe', function_id: id, config: named, namespace: 'default' }
    await stage().actor(name).do('bind', trigger)
    await expect.poll(() => stage().bindings(id), WAIT).toContainEqual({ type: 'subscribe', config: named })
    await call('node', 'publish', { ...named, data: { to: 'the default' } })
    const [other] = await stage().actor('python').received(id)
    expect(other?.['payload']).toEqual({ to: 'the default' })
    expect(await stage().actor(name).received(id, 2)).toHaveLength(2)
  })

  test('a trigger of a type that another client provides carries the namespace of its target', async () => {
    const provider = maker === 'ours' ? 'node' : 'python'
    const type = `tick-for-${name}`
    await stage().actor(provider).do('provide', { trigger_type: type })
    await stage().bind(name, type, id, { every: 1 })
    await expect.poll(() => boundAt(provider, type), WAIT).toHaveLength(1)
    const frames = stage().engine.frames(provider).received as unknown as Frame[]
    expect(frames.filter((frame) => frame['type'] === 'registertrigger' && frame['trigger_type'] === type)).toEqual([
      expect.objectContaining({ function_id: id, namespace: `orders-of-${maker}` }),
    ])
  })
})

test('every client in this suite is the version that it is named after', async () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const required = (file: string): string | undefined =>
    /^iii-sdk==(.+)$/m.exec(readFileSync(`test/interop/python/${file}`, 'utf8'))?.[1]
  const { workers } = (await stage().engine.call('engine::workers::list')) as { workers: Frame[] }
  const versions = new Map(workers.map(({ name, version }) => [name, version]))
  expect(makers.map((maker) => versions.get(maker))).toEqual([
    devDependencies['iii-sdk'],
    required('requirements.txt'),
    required('requirements-newest.txt'),
    expect.anything(),
  ])
})
