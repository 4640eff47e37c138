import { expect, test } from 'vitest'
import { httpCall, sendHead } from '../kit/http-client.js'
import { testEngine } from '../kit/local-rig.js'

async function echoing() {
  const engine = await testEngine()
  const worker = engine.connect()
  worker.registerFunction('echo', ({ body }: { body: unknown }) => ({ status_code: 200, body: { got: body } }))
  const config = { api_path: '/echo', http_method: 'POST' }
  worker.registerTrigger({ type: 'http', function_id: 'echo', config })
  await worker.ready()
  return Number(new URL(engine.httpUrl!).port)
}

/** What a handler gets of a body that is sent as this type. */
async function bodyOfType(type: string): Promise<unknown> {
  const headers = { 'content-type': type }
  const call = { port: await echoing(), method: 'POST', path: '/echo', headers, body: '{"a":1}' }
  return (await httpCall(call)).json()
}

// What a page of another origin may send without asking first, and what only looks like JSON.
test.each([
  'text/plain; a=application/json',
  'text/plain;application/json',
  'text/plain, application/json',
  'multipart/form-data; boundary=application/json',
  'application/x-www-form-urlencoded; x="application/json"',
  'text/application/json',
  'xapplication/json',
  'application/jsonp',
  '',
])('a body of the type %j is not parsed', async (type) => {
  expect(await bodyOfType(type)).toEqual({ got: null })
})

test.each(['application/json', 'Application/JSON ; charset=utf-8', 'application/json-patch+json'])(
  'a body of the type %j is parsed',
  async (type) => {
    expect(await bodyOfType(type)).toEqual({ got: { a: 1 } })
  },
)

test('a request with two hosts is answered with 400, on every path', async () => {
  const port = await echoing()
  const hosts = ['Host: a.example', 'hOST: b.example', 'Connection: close']
  for (const path of ['/echo', '/unknown']) {
    const { status, body } = await sendHead({ port, path }, hosts)
    expect(status).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'INVALID_ARGUMENTS' } })
  }
  // No name is refused here: webhooks come through tunnels.
  expect(
    (
      await sendHead({ port, path: '/unknown' }, [
        'Host: tunnel.example',
        'Origin: https://x.example',
        'Connection: close',
      ])
    ).status,
  ).toBe(404)
})
