/** Serves the OpenAPI document of an engine. */
import { ErrorCode } from '../errors.js'
import type { EngineSchemas } from '../generate/engine-schemas.js'
import type { InvokingEngine } from '../generate/read-schemas.js'
import { toErrorBody } from '../wire/protocol/error-body.js'
import type { ConsoleTarget } from './console-link.js'
import { answerJson, type Serve } from './static-files.js'

const OPENAPI_PATH = '/openapi.json'

/** Answers `/openapi.json`, and passes all other requests on. */
export function withOpenApi(
  { local, schemas }: ConsoleTarget,
  isToken: (given: string) => boolean,
  next: Serve,
): Serve {
  const read = local === undefined ? schemas : () => schemasOfEngine(local)
  if (read === undefined) return next
  return (request, response) => {
    const [path, query] = (request.url ?? '').split('?')
    if (path !== OPENAPI_PATH || request.method !== 'GET') {
      next(request, response)
      return
    }
    // Routes of an engine in this process are open to this machine; those of another are read with someone's access.
    if (local === undefined && !isToken(new URLSearchParams(query).get('token') ?? '')) {
      answerJson(response, 403, { error: { code: ErrorCode.FORBIDDEN, message: 'The token is missing or wrong' } })
      return
    }
    openApi(read, local?.httpUrl).then(
      (document) => answerJson(response, 200, document),
      (error: unknown) => answerJson(response, 502, { error: toErrorBody(error) }),
    )
  }
}

/** Loaded when first used. */
async function schemasOfEngine(engine: InvokingEngine): Promise<EngineSchemas> {
  const { schemasOfLocal } = await import('../generate/read-schemas.js')
  return schemasOfLocal(engine)
}

async function openApi(read: () => Promise<EngineSchemas>, serverUrl: string | undefined): Promise<object> {
  const { openApiDocument } = await import('../generate/openapi.js')
  return openApiDocument(await read(), { title: undefined, serverUrl })
}
