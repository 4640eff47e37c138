import { expect, test } from 'vitest'
import type { DiagnosticEvent, III, InitOptions } from '../../src/index.js'
import { http, type HttpCallback } from '../../src/entry/helpers/http.js'
import { BuiltinTrigger } from '../../src/entry/trigger.js'
import { socketRig } from '../kit/local-rig.js'

/** Serves one path and returns how to ask for it. */
async function serve(
  callback: HttpCallback,
  options?: InitOptions,
): Promise<(init?: RequestInit) => Promise<Response>> {
  const rig = await socketRig()
  const worker: III = await rig.addWorker(options)
  worker.registerFunction('page', http(callback))
  worker.registerTrigger(BuiltinTrigger.http('page', { api_path: '/page/:id', http_method: 'POST' }))
  await worker.ready()
  const url = `${rig.engine.httpUrl ?? ''}/page/7?q=1`
  return (init) => fetch(url, { method: 'POST', signal: AbortSignal.timeout(5_000), ...init })
}

test('a handler sets status and headers, and writes the body piece by piece', async () => {
  const ask = await serve(async (req, res) => {
    res.status(202)
    res.headers({ 'content-type': 'text/csv', 'x-id': req.path_params['id'] ?? '' })
    res.stream.write('a,b\n')
    res.stream.end('1,2\n')
  })
  const response = await ask()
  expect([response.status, response.headers.get('content-type'), response.headers.get('x-id')]).toEqual([
    202,
    'text/csv',
    '7',
  ])
  expect(await response.text()).toBe('a,b\n1,2\n')
})

test('closing right after writing cuts nothing off, however much was written', async () => {
  const body = 'x'.repeat(3_000_000)
  const ask = await serve(async (_req, res) => {
    res.stream.write(body)
    res.stream.write('tail')
    res.close()
  })
  const text = await (await ask()).text()
  expect(text.length).toBe(body.length + 4)
  expect(text.endsWith('xtail')).toBe(true)
})

test('closing after the stream was ended changes nothing', async () => {
  const ask = await serve(async (_req, res) => {
    res.stream.end('y'.repeat(500_000))
    res.close()
  })
  expect((await (await ask()).text()).length).toBe(500_000)
})

test('a response without a body is ended by closing it', async () => {
  const ask = await serve(async (_req, res) => {
    res.status(204)
    res.close()
  })
  expect((await ask()).status).toBe(204)
})

test('a returned response is sent as a whole', async () => {
  const ask = await serve(async (req) => ({
    status_code: 201,
    headers: { 'x-q': String(req.query_params['q']) },
    body: { ok: true },
  }))
  const response = await ask()
  expect([response.status, response.headers.get('x-q'), await response.json()]).toEqual([201, '1', { ok: true }])
})

test('a handler reads the body as it came', async () => {
  const ask = await serve(async (req) => {
    const body = await req.request_body.readAll()
    return { status_code: 200, body: { text: body.toString('utf8'), parsed: req.body as string } }
  })
  const response = await ask({ body: 'plain text', headers: { 'content-type': 'text/plain' } })
  expect(await response.json()).toEqual({ text: 'plain text', parsed: null })
})

test('an invalid status is an error of the handler, and the client receives status 500', async () => {
  const ask = await serve(async (_req, res) => {
    res.status(99)
  })
  const response = await ask()
  expect(response.status).toBe(500)
  expect(JSON.stringify(await response.json())).toContain('statusCode must be a whole number from 100 to 599, got 99')
})

test('a handler called with a payload that is not an HTTP request reports it', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  worker.registerFunction(
    'page',
    http(async () => undefined),
  )
  await worker.ready()
  await expect(worker.trigger({ function_id: 'page', payload: { a: 1 } })).rejects.toThrow(
    'payload must be an HTTP request with a response channel, got an object',
  )
})

test('a client that disconnects during a response ends the handler’s stream, not the process', async () => {
  const events: DiagnosticEvent[] = []
  let closed: Promise<unknown> = Promise.resolve()
  const ask = await serve(
    async (_req, res) => {
      closed = new Promise((resolve) => res.stream.once('close', resolve))
      const more = (): void => {
        while (res.stream.writable && res.stream.write(Buffer.alloc(64_000)));
        if (res.stream.writable) res.stream.once('drain', more)
      }
      more()
    },
    { diagnostics: (event) => events.push(event) },
  )
  const leaving = new AbortController()
  const response = await ask({ signal: leaving.signal })
  await response.body?.getReader().read()
  leaving.abort()
  await closed
  expect(events.map(({ kind }) => kind)).toContain('channel_failed')
})
