/** Members of an HTTP request and of its response, over a real server. */
import { expect, test } from 'vitest'
import { BuiltinTrigger } from 'iii-node'
import type { HttpRequest, HttpResponse } from 'iii-node/helpers/http'
import { socketRig } from '../kit/local-rig.js'

test('a request arrives with all its parts, and each part of the response leaves', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const seen: HttpRequest<{ qty: number }>[] = []
  worker.registerFunction('order', (request: HttpRequest<{ qty: number }>): HttpResponse => {
    seen.push(request)
    const { path_params, query_params, headers, path, method, body } = request
    return {
      status_code: 202,
      headers: { 'x-mark': String(headers['x-mark']) },
      body: { path_params, query_params, path, method, qty: body.qty },
    }
  })
  worker.registerTrigger(BuiltinTrigger.http('order', { api_path: '/orders/:id', http_method: 'PUT' }))
  await worker.ready()

  const response = await fetch(`${rig.engine.httpUrl ?? ''}/orders/7?gift=yes`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-mark': 'm' },
    body: '{"qty":2}',
  })
  expect([response.status, response.headers.get('x-mark')]).toEqual([202, 'm'])
  expect(await response.json()).toEqual({
    path_params: { id: '7' },
    query_params: { gift: 'yes' },
    path: '/orders/:id',
    method: 'PUT',
    qty: 2,
  })
  expect(seen[0]?.trigger).toMatchObject({ type: 'http' })
})
