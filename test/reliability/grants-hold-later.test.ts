import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { atLeastTests } from '../kit/at-least.js'
import {
  askForTrigger,
  GRANTS,
  grantRig,
  HOOKS,
  TYPES,
  WAYS,
  type Way,
  codeOf,
  SECRET,
  stateOf,
  untouched,
} from './guests.js'
import type { GuardedRig } from '../kit/engine-rig.js'
import { RawWorker, type Frame } from '../kit/raw-worker.js'

// --- a function that has changed hands ------------------------------------------------------------------------------

/** What makes triggers of a type fire. */
const EVENTS: Readonly<Record<string, (rig: GuardedRig) => Promise<unknown>>> = {
  cron: (rig) => rig.clock.advance(2_000),
  subscribe: (rig) => rig.call(rig.admin, 'publish', { topic: 't', data: 1 }),
  'durable:subscriber': async (rig) => {
    await rig.call(rig.admin, 'iii::durable::publish', { topic: 't', data: 1 })
    await rig.clock.advance(60_000)
  },
  state: (rig) => rig.call(rig.admin, 'state::set', { scope: 's', key: 'k', value: 1 }),
  stream: (rig) => rig.call(rig.admin, 'stream::set', { stream_name: 's', group_id: 'g', item_id: 'i', data: 1 }),
  configuration: async (rig) => {
    const data = { id: 'c', name: 'c', description: '', schema: {}, initial_value: 1 }
    // The first schema loads its checker, which takes real time.
    await rig.engine.invoke({ functionId: 'configuration::register', data })
    await rig.settle()
  },
  log: (rig) => rig.call(rig.admin, 'engine::log::info', { message: 'm' }),
  'engine::workers-available': (rig) => rig.worker({ name: 'another' }, 0),
  'engine::functions-available': async (rig) => {
    rig.admin.register('another')
    await rig.clock.advance(5_000)
  },
  tick: (rig) => rig.settle(),
}

/** Types whose triggers know conditions, all evaluated with the right to call them. */
const CONDITIONAL = ['cron', 'durable:subscriber', 'state', 'stream', 'configuration']

const registration = (id: string, isPublic: boolean): Frame => ({
  type: 'registerfunction',
  id,
  metadata: { public: isPublic },
})

async function bound(type: string, way: Way, members: Frame): Promise<GuardedRig> {
  const rig = await grantRig()
  rig.admin.send(registration('shown', true))
  const guest = await rig.guest(GRANTS)
  const config = { ...TYPES[type], ...(members['config'] as Frame | undefined) }
  expect(await askForTrigger(rig, guest, way, { trigger_type: type, function_id: 'open::f', ...members, config })).toBe(
    undefined,
  )
  return rig
}

async function changeHands(rig: GuardedRig, isPublic: boolean): Promise<RawWorker> {
  rig.admin.send({ type: 'unregisterfunction', id: 'shown' })
  const next = await rig.worker({ name: 'next' }, 0)
  next.send(registration('shown', isPublic))
  await rig.settle()
  return next
}

const later = WAYS.flatMap((way) => [
  ...Object.keys(EVENTS).map((type) => ({ type, way, place: 'target', members: { function_id: 'shown' } })),
  ...CONDITIONAL.map((type) => ({
    type,
    way,
    place: 'condition',
    members: { config: { condition_function_id: 'shown' } },
  })),
])

test.each(later)(
  'a $type trigger by $way does not reach the new owner of its $place',
  async ({ type, way, members }) => {
    const rig = await bound(type, way, members)
    const next = await changeHands(rig, false)
    await EVENTS[type]!(rig)
    expect(next.peek('invokefunction', { function_id: 'shown' })).toBeUndefined()
    // Nor by the provider of the type, which calls for itself.
    if (type === 'tick') expect(rig.admin.peek('unregistertrigger')).toBeDefined()
  },
)

test.each(later.filter(({ type }) => type !== 'tick'))(
  'a $type trigger by $way reaches a new owner of its $place that shows the function, so the test would notice a hole',
  async ({ type, way, members }) => {
    const rig = await bound(type, way, members)
    const next = await changeHands(rig, true)
    await EVENTS[type]!(rig)
    expect(next.peek('invokefunction', { function_id: 'shown' })).toBeDefined()
  },
)

test.each(['action', 'engine::queue::enqueue'])('a job by %s does not reach a new owner', async (how) => {
  const rig = await grantRig()
  rig.admin.send(registration('shown', true))
  const guest = await rig.guest({ allowed_functions: ['engine::queue::enqueue'] })
  if (how === 'action') guest.invoke('shown', {}, { action: { type: 'enqueue', queue: 'default' } })
  else guest.invoke('engine::queue::enqueue', { queue: 'default', function_id: 'shown', data: {} })
  await rig.settle()
  // The first attempt fails, the next ones come when the function has changed hands.
  rig.admin.answer(rig.admin.take('invokefunction', { function_id: 'shown' }), { error: { code: 'E', message: 'm' } })
  await rig.settle()
  const next = await changeHands(rig, false)
  await rig.clock.advance(120_000)
  expect(next.frames).toEqual([])
  expect(rig.engine.stats().waiting).toMatchObject({ jobs: 0, deadLetters: 1 })
})

test.each(['log', 'trace'].flatMap((type) => WAYS.map((way) => ({ type, way }))))(
  'a $type trigger by $way, which calls in default, does not carry a grant of another namespace there',
  async ({ type, way }) => {
    const rig = await grantRig()
    const grants = { namespaces: { blue: [SECRET], default: ['engine::register_trigger'] } }
    const guest = await rig.guest(grants, { name: 'g', namespace: 'blue' })
    await askForTrigger(rig, guest, way, { trigger_type: type, function_id: SECRET, config: {} })
    await rig.call(rig.admin, 'engine::log::info', { message: 'm' })
    await rig.clock.advance(1_000)
    untouched(rig)
  },
)

// --- whose call it is -----------------------------------------------------------------------------------------------

/** A call of the administrator to a worker, which waits for its answer. */
async function waiting(
  grants: Frame = {},
): Promise<{ rig: GuardedRig; callee: RawWorker; guest: RawWorker; call: Frame }> {
  const rig = await grantRig()
  const callee = await rig.worker({ name: 'callee' }, 0)
  callee.register('f')
  const guest = await rig.guest(grants)
  rig.admin.invoke('f')
  await rig.settle()
  return { rig, callee, guest, call: callee.take('invokefunction') }
}

const FORGERIES: Readonly<Record<string, Frame>> = {
  'a result': { result: 'forged' },
  'no result': {},
  'an error': { error: { code: 'E', message: 'forged' } },
  'another function id': { function_id: 'open::f', result: 'forged' },
  'an id in capitals': { result: 'forged', capitals: true },
}

test.each(
  Object.keys(FORGERIES).flatMap((forgery) => ['twice', 'behind a ping', 'as bytes'].map((how) => ({ forgery, how }))),
)('a guest does not settle the call of another worker with $forgery, $how', async ({ forgery, how }) => {
  const { rig, callee, guest, call } = await waiting()
  const { capitals = false, ...members } = FORGERIES[forgery]!
  const id = String(call['invocation_id'])
  const frame = {
    type: 'invocationresult',
    function_id: 'f',
    invocation_id: capitals ? id.toUpperCase() : id,
    ...members,
  }
  if (how === 'behind a ping') guest.send({ type: 'ping' })
  guest.send(how === 'as bytes' ? Buffer.from(JSON.stringify(frame)) : frame, ...(how === 'twice' ? [frame] : []))
  await rig.settle()
  expect(rig.admin.peek('invocationresult')).toBeUndefined()
  callee.answer(call, { result: 'real' })
  await rig.settle()
  expect(rig.admin.take('invocationresult')).toMatchObject({ result: 'real' })
})

test.each([
  ['calls', {}],
  ['makes a forbidden call', { function_id: SECRET }],
  ['enqueues', { action: { type: 'enqueue', queue: 'default' } }],
] as const)('a guest does not end the call of another worker when it %s under the same id', async (_how, members) => {
  const { rig, callee, guest, call } = await waiting({ allowed_functions: ['f'] })
  const { function_id = 'f', ...extra } = members as { function_id?: string }
  guest.invoke(function_id, {}, { invocation_id: call['invocation_id'], ...extra })
  await rig.settle()
  expect(codeOf(guest.take('invocationresult'))).toMatch(/invocation_error|FORBIDDEN/)
  callee.answer(call, { result: 'real' })
  await rig.settle()
  expect(rig.admin.take('invocationresult')).toMatchObject({ result: 'real' })
})

/** A guest that received a call, lost its connection, and sends the result on the next one. */
async function reconnected(token: (guest: RawWorker) => Frame | undefined): Promise<Frame | undefined> {
  const rig = await grantRig()
  const guest = await rig.guest({})
  guest.register('g')
  await rig.settle()
  rig.admin.invoke('g')
  await rig.settle()
  const next = new RawWorker(rig.engine.dial(1))
  await rig.settle()
  await rig.answer('auth', { result: {} })
  next.answer(guest.take('invokefunction'), { result: 'owed' })
  const proof = token(guest)
  if (proof !== undefined) next.send({ type: 'reattach', ...proof })
  next.announce({ name: 'guest2' })
  await rig.settle()
  return rig.admin.peek('invocationresult')
}

test('a result on a new connection is accepted once the session reattaches to the one that received the call', async () => {
  const answer = await reconnected(({ id, token }) => ({ previous_worker_id: id, reattach_token: token }))
  expect(answer).toMatchObject({ result: 'owed' })
})

test.each([
  ['no proof', () => undefined],
  ['a token it made up', ({ id }: RawWorker) => ({ previous_worker_id: id, reattach_token: randomUUID() })],
  [
    'a token without its worker',
    ({ token }: RawWorker) => ({ previous_worker_id: randomUUID(), reattach_token: token }),
  ],
])('an answer on a new connection with %s is dropped', async (_what, token) => {
  expect(await reconnected(token)).toBeUndefined()
})

// --- what others have registered ------------------------------------------------------------------------------------

test.each(WAYS)('a guest ends no trigger of another worker that was made by %s', async (way) => {
  const rig = await grantRig()
  const made = await rig.call(rig.admin, 'engine::register_trigger', { trigger_type: 'state', function_id: SECRET })
  const id = way === 'frame' ? 'own' : (made['result'] as { id: string }).id
  const guest = await rig.guest(GRANTS)
  const before = stateOf(rig, 1)
  expect((await rig.call(guest, 'engine::unregister_trigger', { id }))['result']).toEqual({ removed: false })
  guest.send({ type: 'unregistertrigger', id })
  await rig.settle()
  expect(stateOf(rig, 1)).toEqual(before)
  const own = await rig.call(guest, 'engine::register_trigger', { trigger_type: 'state', function_id: 'open::f' })
  expect((await rig.call(guest, 'engine::unregister_trigger', own['result']))['result']).toEqual({ removed: true })
})

test.each(
  ['tick', 'cron', 'engine::workers-available'].flatMap((id) => ['default', 'blue'].map((home) => ({ id, home }))),
)('a guest in $home does not take over the trigger type $id', async ({ id, home }) => {
  const rig = await grantRig()
  if (id === 'tick') rig.admin.send({ type: 'registertriggertype', id, namespace: home, description: '' })
  const grants = { namespaces: { [home]: ['*'] }, allow_trigger_type_registration: true }
  const guest = await rig.guest(grants, { name: 'g', namespace: home })
  guest.send({ type: 'registertriggertype', id, description: 'taken' })
  rig.admin.send({
    type: 'registertrigger',
    id: 'new',
    trigger_type: id,
    function_id: SECRET,
    namespace: home,
    config: TYPES[id],
  })
  await rig.settle()
  expect(guest.frames).toEqual([])
})

const PATHS = [
  '/login',
  'login',
  '/:page',
  '/:other',
  '/about',
  '/users/:id',
  '/users/:name',
  '/users/me',
  '/x/:y/z',
  '/x/b/z',
]

test.each(PATHS.flatMap((path) => WAYS.map((way) => ({ path, way }))))(
  'a guest does not take requests from the routes of others with $path, by $way',
  async ({ path, way }) => {
    const rig = await grantRig()
    for (const api_path of ['/login', '/:page', '/users/:id', '/x/:y/z']) {
      await askForTrigger(rig, rig.admin, 'function', {
        trigger_type: 'http',
        function_id: SECRET,
        config: { api_path },
      })
    }
    const guest = await rig.guest(GRANTS)
    const config = { api_path: path, http_method: 'get' }
    const code = await askForTrigger(rig, guest, way, { trigger_type: 'http', function_id: 'open::f', config })
    expect(code).toBe('trigger_registration_failed')
  },
)

// --- what may be seen, and what is forbidden by name -------------------------------------------------------------------

const LISTS: readonly [string, Frame][] = [
  ['engine::functions::list', { include_internal: true }],
  ['engine::functions::info', { function_ids: [SECRET] }],
  ['engine::functions::info', { function_id: SECRET }],
  ['engine::registered-triggers::list', { include_internal: true }],
  ['engine::registered-triggers::info', { id: 'own' }],
  ['engine::workers::info', { name: 'admin' }],
]

test.each(LISTS)('a guest that may call %s with %j sees nothing of a function it may not call', async (id, input) => {
  const rig = await grantRig()
  const guest = await rig.guest({ allowed_functions: [id] })
  const seen = await rig.call(guest, id, input)
  expect(JSON.stringify(seen['result'] ?? {})).not.toMatch(/"function_id":"secret::answer","namespace"|"id":"own"/)
  expect(JSON.stringify(await rig.call(rig.admin, id, input))).toMatch(/secret::answer/)
})

test('a guest that listens for functions receives those it may call', async () => {
  const rig = await grantRig()
  const guest = await rig.guest({})
  guest.register('open::news')
  guest.send({
    type: 'registertrigger',
    id: 'n',
    trigger_type: 'engine::functions-available',
    function_id: 'open::news',
    config: {},
  })
  await rig.settle()
  rig.admin.register('secret::more')
  await rig.clock.advance(5_000)
  const { functions } = guest.take('invokefunction')['data'] as { functions: { function_id: string }[] }
  expect(functions.map((row) => row.function_id).filter((each) => each.startsWith('secret'))).toEqual([])
  expect(functions.map((row) => row.function_id)).toContain('open::f')
})

const STREAM = { stream_name: 'chat', group_id: 'g', item_id: 'i', data: 1, ops: [] }

test.each(['get', 'set', 'delete', 'list', 'list_groups', 'update'])(
  'stream::%s does not reach the function that stores a stream when that is forbidden by name',
  async (operation) => {
    const rig = await grantRig()
    rig.admin.register(`stream::${operation}(chat)`)
    const granted = { allowed_functions: [`stream::${operation}`] }
    const guest = await rig.guest({ ...granted, forbidden_functions: ['match("stream::*(chat)")'] })
    expect(codeOf(await rig.call(guest, `stream::${operation}`, STREAM))).toBe('FORBIDDEN')
    untouched(rig)
    const other = await rig.guest(granted, {})
    other.invoke(`stream::${operation}`, STREAM)
    await rig.settle()
    expect(rig.admin.peek('invokefunction', { function_id: `stream::${operation}(chat)` })).toBeDefined()
  },
)

// --- whom the engine asks -------------------------------------------------------------------------------------------

const REGISTRATIONS: Readonly<Record<string, Frame>> = {
  'on-function': { type: 'registerfunction', id: 'open::g' },
  'on-trigger': { type: 'registertrigger', id: 't', trigger_type: 'tick', function_id: 'open::f', config: {} },
  'on-type': { type: 'registertriggertype', id: 'mine', description: '' },
}
const BY_FUNCTION = 'on-trigger, for engine::register_trigger,'
const FAILURES: Readonly<Record<string, Frame | undefined>> = {
  'never came': undefined,
  'has gone': undefined,
  'stays silent': undefined,
  'answers nothing': { result: null },
  'answers yes': { result: true },
  'answers a list': { result: [{}] },
  fails: { error: { code: 'E', message: 'm' } },
}

test.each(
  [...Object.keys(REGISTRATIONS), BY_FUNCTION].flatMap((asked) =>
    Object.keys(FAILURES).map((failure) => ({ asked, failure })),
  ),
)('nothing is registered when the hook $asked $failure', async ({ asked, failure }) => {
  const [hook = ''] = asked.split(',')
  const rig = await grantRig(HOOKS)
  const guest = await rig.guest({ ...GRANTS, allow_trigger_type_registration: true })
  if (failure !== 'never came') rig.admin.register(hook)
  if (failure === 'has gone') rig.admin.send({ type: 'unregisterfunction', id: hook })
  await rig.settle()
  const types = await rig.call(rig.admin, 'engine::triggers::list')
  const before = stateOf(rig, 1)
  const trigger = { trigger_type: 'tick', function_id: 'open::f', config: {} }
  if (asked === BY_FUNCTION) await askForTrigger(rig, guest, 'function', trigger)
  else guest.send(REGISTRATIONS[hook]!)
  await rig.settle()
  const outcome = FAILURES[failure]
  if (outcome !== undefined) await rig.answer(hook, outcome)
  await rig.clock.advance(10_000)
  expect(stateOf(rig, 1)).toMatchObject({
    ...before,
    pendingCalls: failure === 'stays silent' ? (expect.anything() as unknown) : 0,
  })
  expect((await rig.call(rig.admin, 'engine::triggers::list'))['result']).toEqual(types['result'])
})

test.each(Object.keys(FAILURES))('no client is admitted while the auth function %s', async (failure) => {
  const rig = await grantRig()
  if (failure === 'never came' || failure === 'has gone') rig.admin.send({ type: 'unregisterfunction', id: 'auth' })
  await rig.settle()
  const guest = new RawWorker(rig.engine.dial(1))
  guest.register('open::g')
  await rig.settle()
  const outcome = FAILURES[failure]
  if (outcome !== undefined) await rig.answer('auth', outcome)
  await rig.clock.advance(10_000)
  expect(guest.frames.map(codeOf)).toEqual(['AUTH_ERROR'])
  expect(rig.engine.stats().sessions).toBe(1)
})

atLeastTests(160)
