import { expectTypeOf, test } from 'vitest'
import type { III } from 'iii-node'
import {
  http,
  HttpAuthConfig,
  HttpMethod,
  type HttpInvocationConfig,
  type HttpRequest,
  type HttpResponse,
  type StreamResponse,
} from 'iii-node/helpers/http'

declare const worker: III

test('a handler of requests may be annotated with either request type, and may return nothing', () => {
  worker.registerFunction(
    'a',
    http(async (req, res) => res.status(req.method === 'GET' ? 200 : 405)),
  )
  worker.registerFunction(
    'b',
    http(async (_req: HttpRequest, res: StreamResponse) => res.close()),
  )
  worker.registerFunction(
    'c',
    http(async (req: HttpRequest<{ n: number }>) => ({ status_code: 200, body: { n: req.body.n } })),
  )
  // @ts-expect-error -- a response has a status code
  http(async () => ({ body: {} }))
})

test('a plain handler may answer with a response', () => {
  worker.registerFunction('d', async (req: HttpRequest): Promise<HttpResponse> => ({
    status_code: 200,
    body: req.method,
  }))
  expectTypeOf<HttpResponse<201, { id: string }>['status_code']>().toEqualTypeOf<201>()
})

test('a function may be served by a URL', () => {
  const config: HttpInvocationConfig = {
    url: 'https://example.test',
    method: HttpMethod.Post,
    auth: HttpAuthConfig.Bearer('TOKEN'),
  }
  worker.registerFunction('e', config)
  expectTypeOf(HttpMethod.Get).toEqualTypeOf<'GET'>()
})
