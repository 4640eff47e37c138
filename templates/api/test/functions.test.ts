import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestEngine, type TestEngine } from 'iii-node/testing'
import { registerFunctions, type Order } from '../src/functions.js'

async function start(send: (order: Order) => Promise<void>): Promise<TestEngine> {
  const builtins = { 'iii-queue': { queue_configs: { mail: { max_retries: 5, backoff_ms: 1000 } } } }
  const startTime = new Date('2026-01-01T05:00:00Z')
  const engine = await createTestEngine({ ports: false, clock: 'virtual', startTime, builtins })
  const worker = engine.connect()
  registerFunctions(worker, send)
  await worker.ready()
  return engine
}

const order = { item: 'tea', email: 'ada@example.com' }

test('stores an order, and confirms it by mail', async () => {
  const mails: string[] = []
  const engine = await start(async ({ email }) => void mails.push(email))

  const created = await engine.inject({ method: 'POST', path: '/orders', body: order })
  assert.equal(created.status, 201)
  const found = await engine.inject({ path: created.headers.get('location') ?? '' })
  assert.deepEqual(await found.json(), await created.json())
  await engine.advance('1s')
  assert.deepEqual(mails, ['ada@example.com'])
  await engine.close()
})

test('answers with 400 and 404', async () => {
  const engine = await start(async () => undefined)
  assert.equal((await engine.inject({ method: 'POST', path: '/orders', body: {} })).status, 400)
  assert.equal((await engine.inject({ path: '/orders/unknown' })).status, 404)
  await engine.close()
})

test('sends the mail again while the mail service is down', async () => {
  let attempts = 0
  const engine = await start(async () => {
    attempts += 1
    if (attempts < 3) throw new Error('The mail service is down')
  })
  await engine.inject({ method: 'POST', path: '/orders', body: order })
  await engine.advance('1m') // passes at once
  assert.equal(attempts, 3)
  await engine.close()
})

test('reports each day at 6', async (context) => {
  const log = context.mock.method(console, 'log', () => undefined)
  const engine = await start(async () => undefined)
  await engine.inject({ method: 'POST', path: '/orders', body: order })
  await engine.advance('2h')
  assert.deepEqual(log.mock.calls.at(-1)?.arguments, ['orders so far: 1'])
  await engine.close()
})
