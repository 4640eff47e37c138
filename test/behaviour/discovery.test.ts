import { expect, test } from 'vitest'
import { connectedRig, outcomeOf, type WorkerRig } from '../kit/worker-rig.js'

type Answers = Record<string, (data: Record<string, unknown>) => unknown>

/** A worker whose engine answers the functions given; an answer that is an Error goes out as an error. */
async function answering(answers: Answers): Promise<{ rig: WorkerRig; asked: [string, unknown][] }> {
  const rig = await connectedRig()
  const asked: [string, unknown][] = []
  rig.engine.onFrame = (link, message) => {
    if (message.type !== 'invokefunction' || message.invocation_id === undefined) return
    expect(message.namespace).toBe('default')
    asked.push([message.function_id, message.data])
    const result = answers[message.function_id]?.(message.data as Record<string, unknown>)
    if (result instanceof Error) link.answer(message, { error: { code: result.message, message: 'refused' } })
    else link.answer(message, { result })
  }
  return { rig, asked }
}

test('functions are listed with their schemas, which are requested 32 at a time per namespace', async () => {
  const rows = [
    ...Array.from({ length: 70 }, (_, index) => ({ function_id: `f${index}`, namespace: 'default' })),
    { function_id: 'f1', namespace: 'blue' },
    { function_id: 'inline', namespace: 'default', request_format: { type: 'string' } },
  ]
  const { rig, asked } = await answering({
    'engine::functions::list': () => ({ functions: rows }),
    'engine::functions::info': ({ function_ids, namespace }) => ({
      functions: (function_ids as string[]).map((function_id) => ({
        function_id,
        request_schema: { title: `${String(namespace)} ${function_id}` },
        response_schema: null,
      })),
    }),
  })
  const functions = await rig.worker.listFunctions()

  expect(functions).toHaveLength(72)
  expect(functions[1]).toEqual({ function_id: 'f1', namespace: 'default', request_format: { title: 'default f1' } })
  expect(functions[70]).toEqual({ function_id: 'f1', namespace: 'blue', request_format: { title: 'blue f1' } })
  expect(functions[71]).toEqual(rows[71])
  expect(asked[0]).toEqual(['engine::functions::list', { include_internal: false }])
  expect(asked.slice(1).map(([, data]) => (data as { function_ids: string[] }).function_ids.length)).toEqual([
    32, 32, 6, 1,
  ])
})

test('filters are passed on and schemas can be left out', async () => {
  const { rig, asked } = await answering({ 'engine::functions::list': () => ({ functions: [{ function_id: 'a' }] }) })
  await rig.worker.listFunctions({ includeInternal: true, prefix: 'p', search: 's', worker: 'w', schemas: false })

  expect(asked).toEqual([
    ['engine::functions::list', { include_internal: true, prefix: 'p', search: 's', worker: 'w' }],
  ])
})

test('hidden listeners are left out of the list, even if an engine lists them', async () => {
  const listed = ['a', 'iii-node::functions-available::1', 'pre::iii-node::worker-news::2', 'iii-node::other']
  const { rig } = await answering({
    'engine::functions::list': () => ({ functions: listed.map((function_id) => ({ function_id })) }),
  })
  const ids = async (includeInternal: boolean) =>
    (await rig.worker.listFunctions({ includeInternal, schemas: false })).map(({ function_id }) => function_id)

  expect(await ids(false)).toEqual(['a', 'iii-node::other'])
  expect(await ids(true)).toEqual(listed)
})

test.each(['FORBIDDEN', 'NOT_FOUND'])('schemas that cannot be read (%s) leave the rows bare', async (code) => {
  const { rig } = await answering({
    'engine::functions::list': () => ({ functions: [{ function_id: 'a' }] }),
    'engine::functions::info': () => new Error(code),
  })

  expect(await rig.worker.listFunctions()).toEqual([{ function_id: 'a' }])
})

test('any other error reaches the caller', async () => {
  const { rig } = await answering({
    'engine::functions::list': () => ({ functions: [{ function_id: 'a' }] }),
    'engine::functions::info': () => new Error('invocation_failed'),
  })

  await expect(rig.worker.listFunctions()).rejects.toMatchObject({ code: 'invocation_failed' })
})

test('workers come with the functions of their name and namespace', async () => {
  const { rig, asked } = await answering({
    'engine::workers::list': () => ({
      workers: [
        { id: '1', name: 'w', namespace: 'default' },
        { id: '2', name: 'w', namespace: 'blue' },
      ],
    }),
    'engine::functions::list': () => ({
      functions: [
        { function_id: 'a', worker_name: 'w', namespace: 'default' },
        { function_id: 'b', worker_name: 'w', namespace: 'blue' },
        { function_id: 'c', worker_name: 'other', namespace: 'blue' },
      ],
    }),
  })
  const workers = await rig.worker.listWorkers({ search: 'w', status: 'connected', runtime: 'node' })

  expect(workers.map(({ id, functions }) => [id, functions])).toEqual([
    ['1', ['a']],
    ['2', ['b']],
  ])
  expect(asked).toContainEqual(['engine::workers::list', { search: 'w', status: 'connected', runtime: 'node' }])
})

test('triggers can be filtered, and their metadata is requested one by one', async () => {
  const { rig, asked } = await answering({
    'engine::registered-triggers::list': () => ({ registered_triggers: [{ id: 't1' }, { id: 't2' }] }),
    'engine::registered-triggers::info': ({ id }) =>
      id === 't1' ? { id, metadata: { team: 'ops' } } : new Error('NOT_FOUND'),
  })

  expect(await rig.worker.listTriggers({ triggerType: 'cron', functionId: 'f', metadata: true })).toEqual([
    { id: 't1', metadata: { team: 'ops' } },
    { id: 't2' },
  ])
  expect(asked[0]).toEqual([
    'engine::registered-triggers::list',
    { include_internal: false, trigger_type: 'cron', function_id: 'f' },
  ])
  asked.length = 0
  await rig.worker.listTriggers(true)
  expect(asked).toEqual([['engine::registered-triggers::list', { include_internal: true }]])
})

test('trigger types come with their schemas under the names of a registration', async () => {
  const { rig } = await answering({
    'engine::triggers::list': () => ({ triggers: [{ id: 'cron', description: '' }] }),
    'engine::triggers::info': () => ({
      id: 'cron',
      configuration_schema: { a: 1 },
      request_schema: { b: 2 },
      instance_count: 3,
    }),
  })

  expect(await rig.worker.listTriggerTypes()).toEqual([
    { id: 'cron', description: '', trigger_request_format: { a: 1 }, call_request_format: { b: 2 }, instance_count: 3 },
  ])
  expect(await rig.worker.listTriggerTypes({ schemas: false })).toEqual([{ id: 'cron', description: '' }])
})

test.each([undefined, null, 'text', 5, [], {}, { functions: null }, { functions: 'many' }, { functions: {} }])(
  'an answer that is not a list (%j) reads as an empty one',
  async (answer) => {
    const { rig } = await answering({
      'engine::functions::list': () => answer,
      'engine::workers::list': () => answer,
      'engine::registered-triggers::list': () => answer,
      'engine::triggers::list': () => answer,
    })
    const { worker } = rig

    expect(
      await Promise.all([
        worker.listFunctions(),
        worker.listWorkers(),
        worker.listTriggers(),
        worker.listTriggerTypes(),
      ]),
    ).toEqual([[], [], [], []])
  },
)

test('options that are not an object are refused', async () => {
  const { rig } = await answering({})

  expect(await outcomeOf(rig.worker.listFunctions('all' as never))).toMatchObject({
    error: { code: 'INVALID_ARGUMENT' },
  })
})

test('a denial by a guarded listener reaches the caller', async () => {
  const { rig } = await answering({ 'engine::functions::list': () => new Error('FORBIDDEN') })

  await expect(rig.worker.listFunctions()).rejects.toMatchObject({
    code: 'FORBIDDEN',
    function_id: 'engine::functions::list',
  })
})
