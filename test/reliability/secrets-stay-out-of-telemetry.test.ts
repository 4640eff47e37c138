import { expect, onTestFinished, test, vi } from 'vitest'
import type { DiagnosticEvent } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'
import { atLeastTests } from '../kit/at-least.js'

const CANARY = 'canary-5f1e9c'
const otel = { enabled: true, fetchInstrumentationEnabled: false }

/** Where secrets sit in the payloads of real calls. */
const payloads: readonly (readonly [string, unknown])[] = [
  ['an authorization header', { headers: { authorization: `Bearer ${CANARY}` } }],
  ['a header in other letters', { headers: { AUTHORIZATION: CANARY, 'Proxy-Authorization': CANARY } }],
  ['cookies', { headers: { cookie: `sid=${CANARY}`, 'set-cookie': [CANARY] } }],
  ['an api key header', { headers: { 'x-api-key': CANARY, apikey: CANARY } }],
  ['a password in a body', { body: { user: 'u', password: CANARY, passwordConfirm: CANARY } }],
  ['tokens', { token: CANARY, access_token: CANARY, refresh_token: CANARY, id_token: CANARY }],
  ['a client secret', { grant: { client_secret: CANARY, clientSecret: CANARY } }],
  ['credentials in a list', { stores: [{ credentials: { user: CANARY, nested: [CANARY] } }] }],
  ['a private key', { private_key: CANARY, ssh: { PRIVATE_KEY: CANARY } }],
  ['a channel reference', { out: { channel_id: 'c', access_key: CANARY, direction: 'write' } }],
]

/** Everything a worker says about itself while it serves a payload. */
async function outputAbout(payload: unknown, handler: (input: unknown) => unknown): Promise<string> {
  const events: DiagnosticEvent[] = []
  const printed = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')].map((spy) =>
    spy.mockImplementation(() => undefined),
  )
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  onTestFinished(() => engine.close())
  const worker = engine.connect({
    headers: { authorization: CANARY },
    diagnostics: (event) => events.push(event),
    otel,
  })
  worker.registerFunction('f', handler)
  await engine.advance('1 s')
  const outcome = engine.call('f', payload).catch(() => undefined)
  await engine.advance('1 s')
  await outcome
  await worker.telemetry.flush()
  await engine.advance('1 s')
  expect(engine.spans().some(({ name }) => name === 'execute f')).toBe(true)
  const output = { spans: engine.spans(), logs: engine.logs(), metrics: engine.metrics(), events }
  return JSON.stringify([output, printed.map(({ mock }) => mock.calls)])
}

test.each(payloads)('%s in an input, a result and a nested call never appears', async (_name, payload) => {
  expect(await outputAbout(payload, () => payload)).not.toContain(CANARY)
  expect(await outputAbout({ outer: [payload] }, async (input) => Promise.resolve({ echoed: input }))).not.toContain(
    CANARY,
  )
})

test.each(payloads)('%s in an input does not appear when the handler fails', async (_name, payload) => {
  const output = await outputAbout(payload, () => {
    throw new Error('out of stock')
  })
  expect(output).not.toContain(CANARY)
})

test.each(['token', 'API_KEY', 'DB_PASSWORD'])('the variable %s of the environment never appears', async (name) => {
  vi.stubEnv(name, CANARY)
  expect(await outputAbout({}, () => ({ ok: true }))).not.toContain(CANARY)
})

atLeastTests(22)
