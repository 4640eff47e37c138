import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestEngine, type TestEngine } from 'iii-node/testing'
import { registerFunctions, type Mail } from '../src/functions.js'

async function start(send: (mail: Mail) => Promise<void>): Promise<TestEngine> {
  const builtins = { 'iii-queue': { queue_configs: { mail: { max_retries: 5, backoff_ms: 1000 } } } }
  const startTime = new Date('2026-01-01T01:00:00Z')
  const engine = await createTestEngine({ ports: false, clock: 'virtual', startTime, builtins })
  const worker = engine.connect()
  registerFunctions(worker, send)
  await worker.ready()
  return engine
}

const post = { method: 'POST', path: '/mails' }
const mail = { to: 'ada@example.com', text: 'Hello' }

test('accepts a job over HTTP, and runs it', async () => {
  const sent: Mail[] = []
  const engine = await start(async (each) => void sent.push(each))
  assert.equal((await engine.inject({ ...post, body: mail })).status, 202)
  assert.equal((await engine.inject({ ...post, body: {} })).status, 400)
  await engine.advance('1s')
  assert.deepEqual(sent, [mail])
  await engine.close()
})

test('runs a job again until it succeeds', async () => {
  let attempts = 0
  const engine = await start(async () => {
    attempts += 1
    if (attempts < 3) throw new Error('The mail service is down')
  })
  await engine.inject({ ...post, body: mail })
  await engine.advance('1m') // passes at once
  assert.equal(attempts, 3)
  await engine.close()
})

test('runs failed jobs again at night', async (context) => {
  context.mock.method(console, 'log', () => undefined)
  let isDown = true
  let sent = 0
  const engine = await start(async () => {
    if (isDown) throw new Error('The mail service is down')
    sent += 1
  })
  await engine.inject({ ...post, body: mail })
  await engine.advance('1h')
  isDown = false
  assert.equal(sent, 0)
  await engine.advance('2h')
  assert.equal(sent, 1)
  await engine.close()
})
