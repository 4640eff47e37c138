/** Tests each member of what a worker receives: discovery rows, handles, channels, receipts. Uses a real engine. */
import { expect, test } from 'vitest'
import type { FunctionInfo, FunctionRef, Trigger, TriggerInfo, WorkerInfo } from 'iii-node'
import type { Channel, StreamChannelRef } from 'iii-node/channel'
import { ChannelReader, ChannelWriter } from 'iii-node/channel'
import type { EnqueueResult } from 'iii-node/helpers/queue'
import { TriggerAction } from 'iii-node'
import { socketRig } from '../kit/local-rig.js'

test('a listed function has its id, description, formats and metadata', async () => {
  const worker = await (await socketRig()).addWorker()
  const options = {
    description: 'Adds',
    request_format: { type: 'object' },
    response_format: { type: 'number' },
    metadata: { team: 'a' },
  }
  worker.registerFunction('math::add', () => 1, options)
  await worker.ready()
  const [row]: FunctionInfo[] = await worker.listFunctions({ prefix: 'math::' })
  const { function_id, description, request_format, response_format, metadata } = row!
  expect({ function_id, description, request_format, response_format, metadata }).toEqual({
    function_id: 'math::add',
    ...options,
  })
})

test('a listed trigger has its id, type, function, config and metadata', async () => {
  const worker = await (await socketRig()).addWorker()
  worker.registerFunction('page', () => 1)
  const config = { api_path: '/page', http_method: 'GET' }
  const { id } = worker.registerTrigger({ type: 'http', function_id: 'page', config, metadata: { team: 'a' } })
  await worker.ready()
  const rows: TriggerInfo[] = await worker.listTriggers({ metadata: true })
  expect(rows).toEqual([
    expect.objectContaining({ id, trigger_type: 'http', function_id: 'page', config, metadata: { team: 'a' } }),
  ])
})

test('a listed worker has everything it announced, and what the engine knows of it', async () => {
  const before = Date.now()
  const rig = await socketRig()
  const worker = await rig.addWorker({ workerName: 'till', metadata: { isolation: 'docker' } })
  worker.registerFunction('busy', async () => {
    const [row]: WorkerInfo[] = await worker.listWorkers({ search: 'till' })
    return row
  })
  await worker.ready()
  const row = await worker.trigger<object, WorkerInfo>({ function_id: 'busy', payload: {} })
  const { id, name, runtime, version, os, ip_address, status, connected_at_ms, isolation } = row
  const { function_count, functions, active_invocations } = row
  expect({ id, name, runtime, status, isolation }).toEqual({
    id: worker.workerId,
    name: 'till',
    runtime: 'node',
    status: 'connected',
    isolation: 'docker',
  })
  expect([version, os]).toEqual([expect.stringMatching(/^\d/), expect.stringContaining(process.platform)])
  expect(ip_address).toBe('127.0.0.1')
  expect(connected_at_ms).toBeGreaterThanOrEqual(before)
  expect([function_count, functions]).toEqual([1, ['busy']])
  expect(active_invocations).toBeGreaterThanOrEqual(1)
})

test('the handle of a function has its id and unregisters it; the handle of a trigger unregisters the trigger', async () => {
  const worker = await (await socketRig()).addWorker()
  const ref: FunctionRef = worker.registerFunction('f', () => 1)
  const trigger: Trigger = worker.registerTrigger({ type: 'http', function_id: ref.id, config: { api_path: '/f' } })
  await worker.ready()
  expect([ref.id, (await worker.listTriggers()).length]).toEqual(['f', 1])
  trigger.unregister()
  ref.unregister()
  await worker.ready()
  expect(await worker.listTriggers()).toEqual([])
  await expect(worker.trigger({ function_id: 'f', payload: {} })).rejects.toMatchObject({ code: 'function_not_found' })
})

test('a channel has both ends, and for each a reference from which the end can be made elsewhere', async () => {
  const worker = await (await socketRig()).addWorker()
  const { writer, reader, writerRef, readerRef }: Channel = await worker.channels.create()
  expect([writer, reader]).toEqual([expect.any(ChannelWriter), expect.any(ChannelReader)])
  const [there, back]: StreamChannelRef[] = [readerRef, writerRef]
  expect([there!.direction, back!.direction]).toEqual(['read', 'write'])
  expect(there!.channel_id).toBe(back!.channel_id)
  expect([there!.access_key, back!.access_key]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)])

  const elsewhere = new ChannelReader(worker.getAddress(), there!)
  await writer.write('through')
  await writer.close()
  expect(String(await elsewhere.readAll())).toBe('through')
  const guessed = new ChannelReader(worker.getAddress(), { ...there!, access_key: 'guessed' })
  await expect(guessed.readAll()).rejects.toMatchObject({ status: 404 })
})

test('an enqueued call is answered with the receipt under which it is stored', async () => {
  const worker = await (await socketRig()).addWorker()
  const ran = new Promise((resolve) => worker.registerFunction('later', resolve))
  await worker.ready()
  const action = TriggerAction.Enqueue({ queue: 'default' })
  const request = { function_id: 'later', payload: { n: 1 }, action }
  const { messageReceiptId }: EnqueueResult = await worker.trigger(request)
  expect(messageReceiptId).toMatch(/^[0-9a-f-]{36}$/)
  expect(await ran).toMatchObject({ n: 1 })
})
