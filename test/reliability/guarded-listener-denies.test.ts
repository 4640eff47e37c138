import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { atLeastTests } from '../kit/at-least.js'
import { RawWorker, type Frame } from '../kit/raw-worker.js'
import { codeOf, rigWithSecrets, SECRET, stateOf, untouched } from './guests.js'

// --- who may come in ------------------------------------------------------------------------------------------------

const TOKENS = [
  '',
  'Bearer',
  'Bearer ',
  'Bearer foreign',
  'Bearer expired',
  'bearer valid',
  'Bearer valid ',
  'null',
  '__proto__',
]
const FIRST_FRAMES: Record<string, Frame> = {
  nothing: { type: 'ping' },
  announcement: { type: 'invokefunction', function_id: 'engine::workers::register', data: { name: 'admin' } },
  function: { type: 'registerfunction', id: 'open::g' },
  type: { type: 'registertriggertype', id: 'mine', description: '' },
  trigger: { type: 'registertrigger', id: 't', trigger_type: 'tick', function_id: 'open::f', config: {} },
  call: { type: 'invokefunction', invocation_id: randomUUID(), function_id: 'open::f', data: {} },
  result: { type: 'invocationresult', invocation_id: randomUUID(), function_id: 'auth', result: {} },
}
const refusals: readonly Frame[] = [
  { error: { code: 'DENIED', message: 'no such token' } },
  { result: null },
  { result: false },
]

const entries = TOKENS.flatMap((token) =>
  Object.entries(FIRST_FRAMES).map(([first, frame], n) => ({ token, first, frame, outcome: refusals[n % 3]! })),
)

test.each(entries)(
  'a client with the token "$token" that sends a $first first is denied',
  async ({ token, frame, outcome }) => {
    const rig = await rigWithSecrets()
    const before = stateOf(rig, 0)
    const guest = new RawWorker(rig.engine.dial(1), 'memory://engine/', { authorization: token })
    guest.send(frame)
    await rig.settle()
    const asked = await rig.answer('auth', outcome)
    expect((asked['data'] as { headers: object }).headers).toMatchObject({ authorization: token })
    expect(guest.frames.map(codeOf)).toEqual(['AUTH_ERROR'])
    expect(guest.closed).toBeDefined()
    expect(guest.id).toBe('')
    guest.send(frame)
    await rig.settle()
    expect(stateOf(rig, 0)).toEqual(before)
    untouched(rig)
  },
)

// --- what may be called ---------------------------------------------------------------------------------------------

const ENGINE_IDS = [
  'engine::functions::list',
  'engine::functions::info',
  'engine::workers::list',
  'engine::workers::info',
  'engine::triggers::list',
  'engine::triggers::info',
  'engine::registered-triggers::list',
  'engine::register_trigger',
  'engine::unregister_trigger',
  'engine::queue::enqueue',
  'engine::channels::create2',
  'engine::workers::register ',
  'Engine::workers::register',
]
/** Ways to spell a forbidden id so that it might pass for an allowed one. */
const ESCAPES = [
  SECRET,
  `../${SECRET}`,
  `open/${SECRET}`,
  ` ${SECRET}`,
  `${SECRET} `,
  SECRET.toUpperCase(),
  `${SECRET}\u0000`,
  `open:${SECRET}`,
  `open\u0000::f`,
  'OPEN::f',
  'openx::f',
  ' open::f',
  'open',
  'open:',
  'xopen::f',
  '../open::f',
  '\u043epen::f',
  'auth',
  '',
  '*',
  'match("open::*")',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
]
const ACTIONS: readonly (Frame | undefined)[] = [undefined, { type: 'void' }, { type: 'enqueue', queue: 'default' }]
const calls = [...ENGINE_IDS, ...ESCAPES].flatMap((id) =>
  ACTIONS.flatMap((action) =>
    ['default', 'blue'].map((namespace) => ({ id, action: action?.['type'] ?? 'call', namespace, frame: action })),
  ),
)

test.each(calls)('a $action of "$id" in $namespace is refused', async ({ id, namespace, frame }) => {
  const rig = await rigWithSecrets()
  const guest = await rig.guest({})
  const before = stateOf(rig, 1)
  const invocationId = guest.invoke(id, {}, { namespace, ...(frame && { action: frame }) })
  await rig.settle()
  expect(codeOf(guest.take('invocationresult', { invocation_id: invocationId }))).toBe('FORBIDDEN')
  expect(stateOf(rig, 1)).toEqual(before)
  untouched(rig)
})

test('the same calls pass for a guest with all grants, so the test would notice a hole', async () => {
  const rig = await rigWithSecrets()
  const ids = ['match("*")']
  const guest = await rig.guest({ namespaces: { default: ids, blue: ids } })
  // An unanswered call counts too: it has reached the function it was meant for.
  for (const { id, namespace } of calls) guest.invoke(id, {}, { namespace })
  await rig.settle()
  expect(guest.frames.filter((frame) => codeOf(frame) === 'FORBIDDEN')).toEqual([])
  expect(rig.admin.peek('invokefunction', { function_id: SECRET })).toBeDefined()
})

const NAMESPACES = ['red', 'default', '', ' ', 'BLUE', 'blue ', 'blue\u0000', '__proto__', '*', 'blue::x']

test.each(NAMESPACES.flatMap((namespace) => [SECRET, 'x', 'open2::f'].map((id) => ({ namespace, id }))))(
  'a guest of blue is denied a call of "$id" in "$namespace", and cannot register there',
  async ({ namespace, id }) => {
    const rig = await rigWithSecrets()
    const guest = await rig.guest({ namespaces: { blue: ['*'] } }, { name: 'guest', namespace: 'blue' })
    const before = stateOf(rig, 1)
    expect(codeOf(await rig.call(guest, id, {}, { namespace }))).toMatch(/FORBIDDEN|INVALID_NAMESPACE/)
    expect(stateOf(rig, 1)).toEqual(before)
    untouched(rig)
    const mover = new RawWorker(rig.engine.dial(1))
    await rig.settle()
    await rig.answer('auth', { result: { namespaces: { blue: ['*'] } } })
    const moved = await rig.call(mover, 'engine::workers::register', { name: 'mover', namespace })
    expect(codeOf(moved)).toMatch(/FORBIDDEN|INVALID_NAMESPACE/)
  },
)

const ONLY_IN_DEFAULT = [SECRET, 'engine::channels::create', 'engine::log::info', 'engine::baggage::get_all']

test.each(ONLY_IN_DEFAULT.flatMap((id) => ['blue', 'red'].map((namespace) => ({ id, namespace }))))(
  'what a guest may call in default, such as "$id", it may not call in $namespace',
  async ({ id, namespace }) => {
    const rig = await rigWithSecrets()
    const guest = await rig.guest({ allowed_functions: ONLY_IN_DEFAULT })
    expect(codeOf(await rig.call(guest, id, {}, { namespace }))).toBe('FORBIDDEN')
    untouched(rig)
  },
)

// --- what may be registered -----------------------------------------------------------------------------------------

const PREFIX_ESCAPES = [
  'secret::f',
  '::f',
  '../f',
  'engine::f',
  'auth',
  SECRET,
  'other::f',
  '\u0000',
  '__proto__',
  'guest',
  ' ',
]

test.each(PREFIX_ESCAPES)('under a prefix the id "%s" names no function outside of it', async (id) => {
  const rig = await rigWithSecrets()
  const guest = await rig.guest({ function_registration_prefix: 'guest' }, { name: 'guest' })
  guest.register(id)
  await rig.settle()
  rig.admin.invoke(id)
  await rig.settle()
  expect(guest.peek('invokefunction')).toBeUndefined()
})

const triggers: readonly Frame[] = [
  { function_id: SECRET },
  { function_id: 'open::f', namespace: 'blue' },
  { config: { condition_function_id: SECRET } },
  { config: { middleware_function_ids: ['open::f', SECRET] } },
  { function_id: 'engine::functions::list' },
  { function_id: '__proto__' },
  { function_id: 'auth' },
]

test.each(triggers)('a trigger with %j is refused and not kept', async (members) => {
  const rig = await rigWithSecrets()
  const guest = await rig.guest({})
  const before = stateOf(rig, 1)
  guest.send({
    type: 'registertrigger',
    id: 'mine',
    trigger_type: 'tick',
    function_id: 'open::f',
    config: {},
    ...members,
  })
  await rig.settle()
  expect(codeOf(guest.take('triggerregistrationresult'))).toBe('FORBIDDEN')
  expect(stateOf(rig, 1)).toEqual(before)
  untouched(rig)
})

const foreign: readonly Frame[] = [
  { type: 'unregisterfunction', id: SECRET },
  { type: 'unregisterfunction', id: 'auth' },
  { type: 'unregistertrigger', id: 'own' },
  { type: 'unregistertrigger', id: 'own', trigger_type: 'tick' },
  { type: 'unregistertriggertype', id: 'tick' },
  { type: 'registerfunction', id: SECRET },
  { type: 'registertrigger', id: 'own', trigger_type: 'tick', function_id: 'open::f', config: { taken: true } },
]

test.each(foreign)('what belongs to another worker stays as it is after %j', async (frame) => {
  const rig = await rigWithSecrets()
  const guest = await rig.guest({ allow_function_registration: false, allow_trigger_type_registration: true })
  const before = stateOf(rig, 1)
  guest.send(frame)
  await rig.settle()
  expect(stateOf(rig, 1)).toEqual(before)
  const id = rig.admin.invoke(SECRET, { still: 'mine' })
  await rig.settle()
  expect(rig.admin.take('invokefunction', { invocation_id: id })).toMatchObject({ data: { still: 'mine' } })
})

atLeastTests(350)
