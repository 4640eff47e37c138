import { expect, test } from 'vitest'
import { BuiltinTrigger, type DiagnosticEvent, type III, type InitOptions } from '../../src/index.js'
import { httpCall } from '../kit/http-client.js'
import { testEngine } from '../kit/local-rig.js'

type Replaced = Extract<DiagnosticEvent, { kind: 'trigger_replaced' }>

async function rig() {
  const engine = await testEngine({ rbac: { expose_functions: ['match("*")'] } })
  const add = (workerName: string, options: InitOptions & { guarded?: boolean } = {}) => {
    const lost: Replaced[] = []
    const diagnostics = (event: DiagnosticEvent): void => {
      if (event.kind === 'trigger_replaced') lost.push(event)
    }
    return { worker: engine.connect({ workerName, diagnostics, ...options }), lost }
  }
  const port = Number(new URL(engine.httpUrl ?? '').port)
  const get = async (path: string) => (await httpCall({ port, path })).text
  return { engine, add, get }
}

const serve = (worker: III, id: string, api_path: string) => {
  worker.registerFunction(id, () => ({ status_code: 200, body: id }))
  return worker.registerTrigger(BuiltinTrigger.http(id, { api_path }))
}

test('two functions of one worker on one route are reported at once', async () => {
  const { add, get } = await rig()
  const { worker, lost } = add('shop')
  const first = serve(worker, 'orders::old', '/orders')
  worker.registerFunction('orders::new', () => ({ status_code: 200, body: 'new' }))
  worker.registerTrigger({
    type: 'http',
    function_id: 'orders::new',
    config: { api_path: 'orders', http_method: 'get' },
  })
  const event = { kind: 'trigger_replaced', triggerId: first.id, triggerType: 'http', functionId: 'orders::old' }
  const message = "Route 'GET /orders' is now served by function 'orders::new' of this worker"
  expect(lost).toEqual([{ ...event, message }])
  await worker.ready()
  expect(await get('/orders')).toBe('"new"')
  expect(lost).toHaveLength(1)
})

test('other methods and paths, the same function again and a trigger that was removed are not reported', async () => {
  const { add, engine } = await rig()
  const { worker, lost } = add('shop')
  serve(worker, 'a', '/a').unregister()
  serve(worker, 'b', '/a')
  serve(worker, 'c', '/c')
  for (const config of [{ api_path: '/a' }, { api_path: '/a', http_method: 'POST' }]) {
    worker.registerTrigger({ type: 'http', function_id: config.http_method === undefined ? 'b' : 'c', config })
  }
  await worker.ready()
  engine.drop(worker)
  await worker.ready()
  expect(lost).toEqual([])
})

test('a route that another worker takes over is reported at the worker that loses it, and `ready` still resolves', async () => {
  const { add, get } = await rig()
  const [old, next] = [add('old'), add('next')]
  const { id: triggerId } = serve(old.worker, 'orders::list', '/orders')
  await old.worker.ready()
  serve(next.worker, 'orders::all', '/orders')
  await next.worker.ready()
  expect(await get('/orders')).toBe('"orders::all"')
  const message = "Route 'GET /orders' is now served by function 'orders::all' of worker 'next'"
  const event = { kind: 'trigger_replaced', triggerId, triggerType: 'http', functionId: 'orders::list', message }
  await expect.poll(() => old.lost).toEqual([event])
  expect(next.lost).toEqual([])
  await old.worker.ready()
})

test('a release that takes its function over with its route is not reported', async () => {
  const { add, get } = await rig()
  const [old, next] = [add('old'), add('next', { onConflict: 'wait' })]
  serve(old.worker, 'orders::list', '/orders')
  await old.worker.ready()
  serve(next.worker, 'orders::list', '/orders')
  await old.worker.shutdownAsync()
  await next.worker.ready()
  expect(await get('/orders')).toBe('"orders::list"')
  expect([...old.lost, ...next.lost]).toEqual([])
})

test('a guarded worker that loses its route receives no names of other workers', async () => {
  const { add } = await rig()
  const [guest, admin] = [add('guest', { guarded: true }), add('admin')]
  serve(guest.worker, 'guest::page', '/:page')
  await guest.worker.ready()
  serve(admin.worker, 'secret::login', '/login')
  serve(admin.worker, 'secret::page', '/:page')
  await admin.worker.ready()
  await expect
    .poll(() => guest.lost.map(({ message }) => message))
    .toEqual(["Route 'GET /:page' is now served by a function of another worker"])
})
