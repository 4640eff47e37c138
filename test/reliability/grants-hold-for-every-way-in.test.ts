import { expect, test } from 'vitest'
import { atLeastTests } from '../kit/at-least.js'
import { askForTrigger, GRANTS, grantRig, HOOKS, TYPES, WAYS, codeOf, SECRET, stateOf, untouched } from './guests.js'
import type { GuardedRig } from '../kit/engine-rig.js'
import type { Frame, RawWorker } from '../kit/raw-worker.js'

// --- triggers that name a function ----------------------------------------------------------------------------------

/** Places of a trigger that name a function which the engine, or the provider of its type, calls. */
const PLACES: Readonly<Record<string, (id: string) => Frame>> = {
  function_id: (id) => ({ function_id: id }),
  condition_function_id: (id) => ({ config: { condition_function_id: id } }),
  middleware_function_ids: (id) => ({ config: { middleware_function_ids: ['open::f', id] } }),
  'a nested member': (id) => ({ config: { on: [{ error: { fallback_function_id: id } }] } }),
  'a list in other spelling': (id) => ({ config: { afterFunctionIds: [id] } }),
}

const named = Object.keys(TYPES).flatMap((type) =>
  WAYS.flatMap((way) => Object.keys(PLACES).map((place) => ({ type, way, place }))),
)

function triggerWith(
  type: string,
  place: string,
  id: string,
): { trigger_type: string; function_id: string; config: Frame } {
  const { config, function_id = 'open::f' } = PLACES[place]!(id) as { config?: Frame; function_id?: string }
  return { trigger_type: type, function_id, config: { ...TYPES[type], ...config } }
}

test.each(named)(
  'a $type trigger by $way reaches no forbidden function through $place',
  async ({ type, way, place }) => {
    const rig = await grantRig()
    const guest = await rig.guest(GRANTS)
    const before = stateOf(rig, 1)
    expect(await askForTrigger(rig, guest, way, triggerWith(type, place, SECRET))).toBe('FORBIDDEN')
    expect(stateOf(rig, 1)).toEqual(before)
    untouched(rig)
  },
)

test('the same triggers are bound when the function is granted, so the test would notice a hole', async () => {
  for (const { type, way, place } of named.filter(({ place }) => place !== 'a nested member')) {
    const rig = await grantRig()
    const guest = await rig.guest({ allowed_functions: [...GRANTS.allowed_functions, SECRET] })
    const before = rig.engine.stats().triggers
    expect(await askForTrigger(rig, guest, way, triggerWith(type, place, SECRET)), `${type} ${way}`).toBeUndefined()
    expect(rig.engine.stats().triggers).toBe(before + 1)
  }
})

const others = Object.keys(TYPES).filter((type) => type !== 'subscribe')

test.each(others.flatMap((type) => WAYS.map((way) => ({ type, way }))))(
  'a guest that may bind subscribe alone binds no $type by $way',
  async ({ type, way }) => {
    const rig = await grantRig()
    const guest = await rig.guest({ ...GRANTS, allowed_trigger_types: ['subscribe'] })
    const before = stateOf(rig, 1)
    // A frame of a type that is not allowed is dropped in silence, as recorded.
    const code = await askForTrigger(rig, guest, way, {
      trigger_type: type,
      function_id: 'open::f',
      config: TYPES[type],
    })
    expect(code).toBe(way === 'frame' ? undefined : 'FORBIDDEN')
    expect(stateOf(rig, 1)).toEqual(before)
    untouched(rig)
  },
)

// --- ids that leave the prefix --------------------------------------------------------------------------------------

const ESCAPES = [SECRET, 'f', 'auth', '::f', '../f', 'engine::f', 'guest', 'guests::f', ' ', '\u0000', '__proto__', '*']
const url = 'http://127.0.0.1:1/'
const KINDS: Readonly<Record<string, Frame>> = { function: {}, 'HTTP function': { invocation: { url } } }

function idsOf(rig: GuardedRig): Promise<string[]> {
  return rig
    .call(rig.admin, 'engine::functions::list', { include_internal: true })
    .then(({ result }) => (result as { functions: { function_id: string }[] }).functions.map((row) => row.function_id))
}

test.each(ESCAPES.flatMap((id) => Object.keys(KINDS).map((kind) => ({ id, kind }))))(
  'a hook that returns "$id" does not take a $kind out of its prefix',
  async ({ id, kind }) => {
    const rig = await grantRig(HOOKS)
    rig.admin.register('on-function')
    const guest = await rig.guest({ function_registration_prefix: 'guest' })
    const before = await idsOf(rig)
    guest.send({ type: 'registerfunction', id: 'f', ...KINDS[kind] })
    await rig.settle()
    const seen = await rig.answer('on-function', { result: { function_id: id } })
    expect(seen['data']).toMatchObject({ function_id: 'f' })
    expect((await idsOf(rig)).filter((each) => !before.includes(each))).toEqual([`guest::${id}`])
  },
)

test.each(ESCAPES.flatMap((id) => WAYS.map((way) => ({ id, way }))))(
  'a trigger on "$id" by $way calls no function out of the prefix',
  async ({ id, way }) => {
    const rig = await grantRig(HOOKS)
    rig.admin.register('on-trigger')
    const grants = [...GRANTS.allowed_functions, SECRET, 'f', 'auth']
    const guest = await rig.guest({ allowed_functions: grants, function_registration_prefix: 'guest' })
    await askForTrigger(rig, guest, way, { trigger_type: 'tick', function_id: 'f', config: {} })
    const seen = await rig.answer('on-trigger', { result: { function_id: id } })
    expect(seen['data']).toMatchObject({ function_id: 'f' })
    untouched(rig)
    const answerType = way === 'frame' ? 'triggerregistrationresult' : 'invocationresult'
    expect(codeOf(guest.take(answerType))).toBe('FORBIDDEN')
  },
)

// --- ids that are taken ---------------------------------------------------------------------------------------------

const STREAM_STORES = ['get', 'set', 'delete', 'list', 'list_groups', 'update'].map((name) => `stream::${name}(chat)`)
const RESERVED = [
  ...['auth', 'mw', 'on-function', 'on-trigger', 'on-type', 'stream-auth', 'http-mw', 'on-alert'],
  ...STREAM_STORES,
  ...['engine::x', 'engine::queue::enqueue2', 'engine::workers::register '],
]

/** Ways to register an id. The administrator's functions are away: its auth function was asked before. */
const TAKES: Readonly<Record<string, (rig: GuardedRig, id: string) => Promise<RawWorker>>> = {
  'as it is': async (rig, id) => register(rig, await rig.guest({}), { id }),
  'as an HTTP function': async (rig, id) => register(rig, await rig.guest({}), { id, invocation: { url } }),
  'by its hook': async (rig, id) => {
    rig.admin.register('on-function')
    const guest = await register(rig, await rig.guest({}), { id: 'f' })
    await rig.answer('on-function', { result: { function_id: id } })
    return guest
  },
  'from another namespace': async (rig, id) => {
    const guest = await rig.guest({ namespaces: { blue: ['*'] } }, { name: 'g', namespace: 'blue' })
    return register(rig, guest, { id })
  },
}

async function register(rig: GuardedRig, guest: RawWorker, members: Frame): Promise<RawWorker> {
  rig.admin.send({ type: 'unregisterfunction', id: 'auth' })
  guest.send({ type: 'registerfunction', ...members })
  await rig.settle()
  return guest
}

const takes = RESERVED.flatMap((id) => Object.keys(TAKES).map((take) => ({ id, take })))

// A hook that is away refuses everything, so it cannot rename a function to its own id.
test.each(takes.filter(({ id, take }) => id !== 'on-function' || take !== 'by its hook'))(
  'a guest does not take the reserved id $id $take while its owner is away',
  async ({ id, take }) => {
    const hook = take === 'by its hook' ? { on_function_registration_function_id: 'on-function' } : {}
    const rig = await grantRig(hook)
    const guest = await TAKES[take]!(rig, id)
    for (const namespace of ['default', 'blue']) rig.admin.invoke(id, {}, { namespace })
    await rig.settle()
    expect(guest.peek('invokefunction')).toBeUndefined()
    const owner = await rig.worker({}, 0)
    owner.register(id)
    await rig.settle()
    expect(owner.peek('registrationrejected')).toBeUndefined()
  },
)

test.each([true, false])('with `default_deny` %j, an empty auth answer grants accordingly', async (isDenied) => {
  const rig = await grantRig({}, { default_deny: isDenied })
  const guest = await rig.guest({})
  guest.register('open::guest')
  await rig.settle()
  expect((await idsOf(rig)).includes('open::guest')).toBe(!isDenied)
  guest.send({ type: 'registertrigger', id: 't', trigger_type: 'tick', function_id: 'open::f', config: {} })
  await rig.settle()
  expect(rig.admin.peek('registertrigger') === undefined).toBe(isDenied)
})

// --- calls that are made later --------------------------------------------------------------------------------------

const TARGETS = [
  SECRET,
  'auth',
  'engine::functions::list',
  'engine::register_trigger',
  'state::set',
  'publish',
  'open:',
  '',
]

test.each(TARGETS.flatMap((id) => ['default', 'blue'].map((namespace) => ({ id, namespace }))))(
  'a guest that may enqueue does not enqueue a call of "$id" in $namespace',
  async ({ id, namespace }) => {
    const rig = await grantRig()
    const guest = await rig.guest({ allowed_functions: ['engine::queue::enqueue'] })
    const job = { queue: 'default', function_id: id, namespace, data: {} }
    expect(codeOf(await rig.call(guest, 'engine::queue::enqueue', job))).toBe('FORBIDDEN')
    const action = { type: 'enqueue', queue: 'default' }
    expect(codeOf(await rig.call(guest, id, {}, { namespace, action }))).toBe('FORBIDDEN')
    await rig.clock.advance(60_000)
    expect(rig.engine.stats().waiting).toMatchObject({ jobs: 0, deadLetters: 0 })
    untouched(rig)
  },
)

atLeastTests(272)
