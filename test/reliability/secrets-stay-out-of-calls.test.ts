/** Secrets in data that passes through: HTTP requests, fetched URLs, payloads of failed calls. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { registerWorker, type III, type InitOptions } from 'iii-node'
import { executeTracedRequest } from 'iii-node/helpers/observability'
import * as v from 'valibot'
import { z } from 'zod'
import { atLeastTests } from '../kit/at-least.js'
import { CANARY, CANARY_FORMS, OutputRecorder } from '../kit/output-recorder.js'
import type { TestEngine } from '../../src/testing/test-engine.js'

interface Stage {
  readonly recorder: OutputRecorder
  readonly engine: TestEngine
  readonly worker: III
}

async function stage(builtins: Readonly<Record<string, object>> = {}, options: InitOptions = {}): Promise<Stage> {
  const recorder = new OutputRecorder()
  const engine = await recorder.engine({ builtins })
  const worker = recorder.worker(
    registerWorker(engine.url, { otel: { enabled: true }, diagnostics: recorder.onEvent, ...options }),
  )
  await worker.ready()
  return { recorder, engine, worker }
}

async function expectSilence(recorder: OutputRecorder): Promise<void> {
  const output = await recorder.output()
  for (const secret of CANARY_FORMS) expect(output).not.toContain(secret)
}

/** A web server that refuses or answers as the path says. */
async function webServer(): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url?.startsWith('/500') ? 500 : 200, { 'set-cookie': CANARY, 'content-type': 'text/x' })
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

const handlers: Readonly<Record<string, (request: unknown) => unknown>> = {
  answers: () => ({ status_code: 200, body: { ok: true } }),
  'returns the request': (request) => ({ status_code: 200, body: request }),
  refuses: () => ({ status_code: 401, body: { error: 'who are you' } }),
  throws: () => {
    throw new Error('out of stock')
  },
}

test.each(Object.entries(handlers))(
  'credentials of an HTTP request are not disclosed when its handler %s',
  async (_name, handler) => {
    const { recorder, engine, worker } = await stage()
    worker.registerFunction('buy', handler)
    worker.registerTrigger({ type: 'http', function_id: 'buy', config: { api_path: '/buy', http_method: 'POST' } })
    await worker.ready()
    const response = await fetch(`${engine.httpUrl!}/buy?access_token=${CANARY}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${CANARY}`,
        cookie: `sid=${CANARY}`,
        'x-api-key': CANARY,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ password: CANARY, card: { client_secret: CANARY } }),
    })
    await response.text()
    await worker.telemetry.flush()
    await vi.waitFor(() => expect(engine.spans().map(({ name }) => name)).toContain('execute buy'))
    await expectSilence(recorder)
  },
)

/** Requests of a handler, by `fetch` as it is patched and by the function that traces one. */
const requests: Readonly<Record<string, (url: string, secret: RequestInit) => Promise<unknown>>> = {
  'an answered request': (url, secret) => fetch(`${url}/x?token=${CANARY}`, secret),
  'a refused request': (url, secret) => fetch(`${url}/500?api_key=${CANARY}`, secret),
  'a request to a closed port': (_url, secret) => fetch(`http://127.0.0.1:1/x?password=${CANARY}`, secret),
  'a request with a password in its address': (url, secret) => fetch(url.replace('://', `://user:${CANARY}@`), secret),
  'a traced request': (url, secret) => executeTracedRequest(`${url}/500?access_token=${CANARY}`, secret),
  'a traced request with a user in its address': (url, secret) =>
    executeTracedRequest(url.replace('://', `://${CANARY}@`), secret),
}

test.each(Object.entries(requests))('the secrets of %s are in no span', async (_name, request) => {
  const { recorder, engine, worker } = await stage()
  const url = await webServer()
  const secret = { method: 'POST', body: CANARY, headers: { authorization: CANARY, cookie: CANARY } }
  worker.registerFunction('fetches', async () => {
    // What a program makes of the error is its own affair.
    await request(url, secret).catch(() => undefined)
  })
  await worker.ready()
  await worker.trigger({ function_id: 'fetches', payload: {} })
  await worker.telemetry.flush()
  await vi.waitFor(() => expect(engine.spans().filter(({ kind }) => kind === 3)).toHaveLength(1))
  await expectSilence(recorder)
})

const proofs = {
  bearer: { type: 'bearer', token_key: 'PARTNER' },
  hmac: { type: 'hmac', secret_key: 'PARTNER' },
  'an api key': { type: 'api_key', header: 'x-key', value_key: 'PARTNER' },
} as const

test.each(Object.entries(proofs))(
  'a function on another server keeps its %s secret when it fails',
  async (_name, auth) => {
    vi.stubEnv('PARTNER', CANARY)
    const open = { security: { block_private_ips: false, require_https: false } }
    const { recorder, worker } = await stage({ 'iii-http-functions': open })
    const url = await webServer()
    worker.registerFunction('partner::refuses', { url: `${url}/500?token=${CANARY}`, auth } as never)
    worker.registerFunction('partner::gone', {
      url: `http://user:${CANARY}@127.0.0.1:1/x`,
      headers: { authorization: CANARY },
      auth,
    } as never)
    await worker.ready()
    await recorder.fails(() => worker.trigger({ function_id: 'partner::refuses', payload: {} }))
    await recorder.fails(() => worker.trigger({ function_id: 'partner::gone', payload: {} }))
    expect(recorder.errors).toHaveLength(2)
    await expectSilence(recorder)
  },
)

test('an address that a function may not have is refused without its password', async () => {
  const { recorder, engine, worker } = await stage()
  for (const url of [`http://user:${CANARY}@127.0.0.1/?token=${CANARY}`, `https://user:${CANARY}@10.0.0.1/`]) {
    worker.registerFunction(`f${String(url.length)}`, { url } as never)
  }
  await worker.ready({ allowRefused: true })
  await recorder.fails(() => engine.call('f1'))
  await expectSilence(recorder)
})

const schemas = {
  zod: z.object({ password: z.number(), token: z.enum(['a']), user: z.object({ client_secret: z.literal('x') }) }),
  valibot: v.object({
    password: v.number(),
    token: v.picklist(['a']),
    user: v.object({ client_secret: v.literal('x') }),
  }),
}

const formats = { request_format: { type: 'object' }, response_format: { type: 'object' } }

test.each(Object.entries(schemas))(
  'a payload that does not fit its schema of %s shows no secret',
  async (_name, input) => {
    const { recorder, worker } = await stage()
    const payload = { password: CANARY, token: CANARY, user: { client_secret: CANARY } }
    worker.registerFunction('login', () => 1, { input, ...formats } as never)
    worker.registerFunction('give', () => payload, { output: input, ...formats } as never)
    await worker.ready()
    await recorder.fails(() => worker.trigger({ function_id: 'login', payload }))
    await recorder.fails(() => worker.trigger({ function_id: 'give', payload: {} }))
    expect(recorder.errors).toHaveLength(2)
    await expectSilence(recorder)
  },
)

test('a job that becomes a dead letter takes its secrets along', async () => {
  const { recorder, engine, worker } = await stage({
    'iii-queue': { queue_configs: { mail: { max_retries: 1, backoff_ms: 1 } } },
  })
  worker.registerFunction('send', () => Promise.reject(new Error('no server')))
  await worker.ready()
  await engine.enqueue('mail', 'send', { smtp_password: CANARY, headers: { authorization: CANARY } })
  await vi.waitFor(() => expect(recorder.logged('used up its attempts')).toBe(true), 3_000)
  await expectSilence(recorder)
})

test('a trigger whose provider refuses it keeps the secrets of its configuration', async () => {
  const { recorder, worker } = await stage()
  worker.registerTriggerType(
    { id: 'mailbox', description: 'mail' },
    { registerTrigger: () => Promise.reject(new Error('cannot log in')), unregisterTrigger: () => Promise.resolve() },
  )
  await worker.ready()
  worker.registerFunction('on-mail', () => 1)
  worker.registerTrigger({ type: 'mailbox', function_id: 'on-mail', config: { password: CANARY, token: CANARY } })
  await vi.waitFor(() =>
    expect(recorder.diagnostics.some(({ kind }) => kind === 'trigger_registration_failed')).toBe(true),
  )
  await expectSilence(recorder)
})

test('payloads that JSON cannot hold are refused without being shown', async () => {
  const { recorder, worker } = await stage()
  const cycle: Record<string, unknown> = { password: CANARY }
  cycle['self'] = cycle
  for (const payload of [cycle, { token: CANARY, n: 1n }, [CANARY, Symbol(CANARY), 1n]]) {
    await recorder.fails(() => worker.trigger({ function_id: 'f', payload }))
  }
  await recorder.fails(() => worker.trigger({ function_id: 'f', payload: {}, metadata: cycle }))
  expect(recorder.errors).toHaveLength(4)
  await expectSilence(recorder)
})

atLeastTests(18)
