import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makers, useStage } from './interop-stage.js'

const stage = useStage({}, async (stage) => {
  await Promise.all(
    makers.map(async (by) => {
      await stage.serve(by, `${by}::answer`, { handler: 'http_answer', by })
      await stage.serve(by, `${by}::stream`, { handler: 'http_stream', by })
      await stage.serve(by, `${by}::fail`, { handler: 'fail' })
      await stage.bind(by, 'http', `${by}::answer`, { api_path: `/${by}/orders/:id`, http_method: 'PUT' })
      await stage.bind(by, 'http', `${by}::stream`, { api_path: `/${by}/files`, http_method: 'POST' })
      await stage.bind(by, 'http', `${by}::fail`, { api_path: `/${by}/fail`, http_method: 'POST' })
    }),
  )
})

function send(method: string, path: string, body: string | Uint8Array<ArrayBuffer>, type: string): Promise<Response> {
  const url = `${stage().engine.httpUrl ?? ''}${path}`
  return fetch(url, { method, body, headers: { 'content-type': type }, signal: AbortSignal.timeout(8_000) })
}

describe.each(makers)('requests served by %s', (by) => {
  test('are answered with the status, headers and body the function returned', async () => {
    const answer = await send('PUT', `/${by}/orders/7?size=xl`, JSON.stringify({ qty: 3 }), 'application/json')
    expect([answer.status, answer.headers.get('x-served-by')]).toEqual([201, by])
    expect(await answer.json()).toEqual({ by, body: { qty: 3 }, query: { size: 'xl' }, path: { id: '7' } })
  })

  test('stream a body up and another down', async () => {
    const body = Buffer.alloc(1_048_576, 'stream of bytes ')
    const answer = await send('POST', `/${by}/files`, new Uint8Array(body), 'application/octet-stream')
    expect([answer.status, answer.headers.get('x-served-by')]).toEqual([202, by])
    expect(answer.headers.get('content-type')).toBe('text/plain')
    expect(await answer.text()).toBe(`1048576 bytes, ${createHash('sha256').update(body).digest('hex')}`)
  })

  test('are answered 500 when the function fails, with its message', async () => {
    const answer = await send('POST', `/${by}/fail`, '{}', 'application/json')
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 'invocation_failed' } })
  })

  test('are answered 404 once the trigger has been taken back', async () => {
    const handle = await stage().bind(by, 'http', `${by}::answer`, { api_path: `/${by}/gone`, http_method: 'POST' })
    expect((await send('POST', `/${by}/gone`, '{}', 'application/json')).status).toBe(201)
    await stage().actor(by).do('undo', { handle })
    await expect.poll(async () => (await send('POST', `/${by}/gone`, '{}', 'application/json')).status).toBe(404)
  })
})
