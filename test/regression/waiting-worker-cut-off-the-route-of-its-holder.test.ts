import { expect, test, vi } from 'vitest'
import { BuiltinTrigger, type DiagnosticEvent, type III } from '../../src/index.js'
import { httpCall } from '../kit/http-client.js'
import { socketRig } from '../kit/local-rig.js'
import { connectedRig } from '../kit/worker-rig.js'

function serve(worker: III, release: string): void {
  worker.registerFunction('page', () => ({ status_code: 200, body: release }))
  worker.registerTrigger(BuiltinTrigger.http('page', { api_path: '/page' }))
}

test('a worker that waits for a function does not remove the HTTP route of its owner', async () => {
  const rig = await socketRig()
  const port = Number(new URL(rig.engine.httpUrl ?? '').port)
  const old = await rig.addWorker()
  serve(old, 'old')
  await old.ready()
  const events: DiagnosticEvent[] = []
  const next = await rig.addWorker({ onConflict: 'wait', diagnostics: (event) => events.push(event) })
  serve(next, 'next')
  await vi.waitFor(() => expect(events.map(({ kind }) => kind)).toContain('conflict_waiting'))
  expect((await httpCall({ port, path: '/page' })).json()).toBe('old')

  await old.shutdownAsync()
  await next.ready()
  expect((await httpCall({ port, path: '/page' })).json()).toBe('next')
})

test('a worker that waits on conflicts registers triggers after the engine had time to refuse their functions', async () => {
  const rig = await connectedRig({ onConflict: 'wait' })
  rig.worker.registerFunction('f', () => 1)
  rig.worker.registerTrigger({ type: 'http', function_id: 'f', config: {} })
  rig.worker.registerTrigger({ type: 'http', function_id: 'of::another', config: {} })
  await rig.settle()

  const { summary } = rig.link
  const [own, another] = ['f', 'of::another'].map((id) => summary.indexOf(`registertrigger ${id}`))
  expect(own).toBeGreaterThan(summary.indexOf('ping'))
  expect(another).toBeLessThan(summary.indexOf('ping'))
  expect([own, another]).not.toContain(-1)
})

test('triggers wait again after a reconnect, because another worker may own the functions', async () => {
  const rig = await connectedRig({ onConflict: 'wait' })
  rig.worker.registerFunction('f', () => 1)
  rig.worker.registerTrigger({ type: 'http', function_id: 'f', config: {} })
  await rig.settle()
  rig.link.cut()
  const link = await rig.reconnect()
  await rig.settle()

  const { summary } = link
  expect(summary).toContain('ping')
  expect(summary.filter((text) => text === 'registertrigger f')).toHaveLength(1)
  expect(summary.indexOf('registertrigger f')).toBeGreaterThan(summary.indexOf('ping'))
})
