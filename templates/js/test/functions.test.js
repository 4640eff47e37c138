import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestEngine } from 'iii-node/testing'
import { registerFunctions } from '../src/functions.js'

async function start(send) {
  const builtins = { 'iii-queue': { queue_configs: { mail: { max_retries: 5, backoff_ms: 1000 } } } }
  const startTime = new Date('2026-01-01T05:00:00Z')
  const engine = await createTestEngine({ ports: false, clock: 'virtual', startTime, builtins })
  const worker = engine.connect()
  registerFunctions(worker, send)
  await worker.ready()
  return engine
}

const mail = { to: 'ada@example.com', text: 'Hello' }

test('runs a job again until it succeeds', async () => {
  let attempts = 0
  const engine = await start(async () => {
    attempts += 1
    if (attempts < 3) throw new Error('The mail service is down')
  })
  const response = await engine.inject({ method: 'POST', path: '/mails', body: mail })
  assert.equal(response.status, 202)
  await engine.advance('1m') // passes at once
  assert.equal(attempts, 3)
  await engine.close()
})

test('answers with 400 if a member is missing', async () => {
  const engine = await start(async () => undefined)
  assert.equal((await engine.inject({ method: 'POST', path: '/mails', body: {} })).status, 400)
  await engine.close()
})

test('greets each day at 6', async () => {
  const texts = []
  const engine = await start(async ({ text }) => texts.push(text))
  await engine.advance('2h')
  assert.deepEqual(texts, ['Good morning'])
  await engine.close()
})
