/** A restarted worker of a fixed name failed for good within 4 ms while the engine still held its dead predecessor. */
import { spawnSync } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker, type DiagnosticEvent, type III } from '../../src/index.js'
import { IDLE_LIMIT_MS } from '../../src/sdk/connection/options.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { RawWorker } from '../kit/raw-worker.js'
import { testEngine } from '../kit/local-rig.js'
import { connectedRig, type WorkerRig } from '../kit/worker-rig.js'

/** A session that holds the name `orders`, of a process with this id. */
async function heldBy(pid: number): Promise<{ url: string; holder: RawWorker; next: III; events: DiagnosticEvent[] }> {
  const { url } = await testEngine({ quirks: 'distributed' })
  const holder = new RawWorker(dialWebSocket, url)
  onTestFinished(() => holder.transport.terminate())
  await expect.poll(() => holder.id).not.toBe('')
  holder.announce({ name: 'orders', pid })
  holder.send({ type: 'ping' })
  await expect.poll(() => holder.frames.some(({ type }) => type === 'pong')).toBe(true)
  const events: DiagnosticEvent[] = []
  const next = registerWorker(url, {
    workerName: 'orders',
    otel: { enabled: false },
    reconnectionConfig: { initialDelayMs: 5, maxDelayMs: 20 },
    diagnostics: (event) => void events.push(event),
  })
  onTestFinished(() => next.shutdown())
  next.registerFunction('f', () => 'next')
  return { url, holder, next, events }
}

const waits = (events: DiagnosticEvent[]): DiagnosticEvent[] => events.filter(({ kind }) => kind === 'conflict_waiting')

test('the worker waits for an owner whose process has ended, and reports it once', async () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  const { holder, next, events } = await heldBy(pid)
  await expect.poll(() => events.filter(({ kind }) => kind === 'connection_ended').length).toBeGreaterThan(3)
  expect(next.getFatalError()).toBeUndefined()
  expect(waits(events)).toHaveLength(1)
  holder.transport.terminate()

  await next.ready()
  expect(await next.trigger({ function_id: 'f', payload: {} })).toBe('next')
  expect(waits(events)).toHaveLength(1)
})

test('an owner of an earlier process with the same id, as in a container, is waited for', async () => {
  const { holder, next, events } = await heldBy(process.pid)
  await expect.poll(() => waits(events)).toHaveLength(1)
  holder.transport.terminate()

  await next.ready()
  expect(next.getFatalError()).toBeUndefined()
})

test('a live worker of the same process is a final refusal', async () => {
  const { url } = await testEngine({ quirks: 'distributed' })
  const options = { workerName: 'orders', otel: { enabled: false }, diagnostics: 'silent' } as const
  const holder = registerWorker(url, { ...options, onConflict: 'wait' })
  onTestFinished(() => holder.shutdown())
  await holder.ready()
  const next = registerWorker(url, options)
  onTestFinished(() => next.shutdown())
  await expect(next.ready()).rejects.toMatchObject({ code: 'WORKER_NAMESPACE_CONFLICT', owner_worker_name: 'orders' })
})

test('an owner whose process runs is a final refusal, with its name, process and age', async () => {
  const { next, holder } = await heldBy(process.ppid)
  await expect(next.ready()).rejects.toMatchObject({
    code: 'WORKER_NAMESPACE_CONFLICT',
    owner_worker_id: holder.id,
    owner_worker_name: 'orders',
    message: expect.stringMatching(
      new RegExp(
        `owned by worker 'orders' .*\\. It connected \\d+ s ago, from 127\\.0\\.0\\.1, process ${String(process.ppid)}\\. Choose`,
      ),
    ) as unknown,
  })
})

function refuse({ link }: WorkerRig, owner_worker_id: string): void {
  link.send({ type: 'registrationrejected', code: 'WORKER_NAMESPACE_CONFLICT', worker_name: 'w', owner_worker_id })
  link.close()
}

test('an earlier session of the worker itself is retired first on the next link', async () => {
  const rig = await connectedRig({ workerName: 'w' })
  const first = rig.link
  first.cut()
  // The session of this link takes the place of the first one, which the engine was never asked to retire.
  const second = await rig.reconnect()
  refuse(rig, first.workerId)
  const third = await rig.reconnect()
  await rig.settle()

  expect(second.workerId).not.toBe(first.workerId)
  expect(third.received[0]).toMatchObject({ type: 'reattach', previous_worker_id: first.workerId })
  expect(rig.worker.getFatalError()).toBeUndefined()
  expect(rig.eventsOf('conflict_waiting')).toHaveLength(1)
})

test('a refusal is final once the engine must have noticed', async () => {
  const rig = await connectedRig({ workerName: 'w' })
  const first = rig.link
  first.cut()
  await rig.reconnect()
  refuse(rig, first.workerId)
  await rig.clock.advance(IDLE_LIMIT_MS)
  refuse(rig, first.workerId)
  await rig.settle()

  expect(rig.worker.getFatalError()).toMatchObject({
    code: 'WORKER_NAMESPACE_CONFLICT',
    owner_worker_id: first.workerId,
  })
})
