import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import openapiTS, { astToString } from 'openapi-typescript'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openApiDocument } from '../../src/generate/openapi.js'
import { parseEngineSchemas, schemasText } from '../../src/generate/engine-schemas.js'
import { runCommand } from '../kit/cli-terminal.js'
import { runCli } from '../kit/compiled-project.js'
import { engineWith, hostileSamples, schemaSamples } from '../kit/schema-samples.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/local-rig.js'

const limit = { timeout: 60_000 }

const order = z.object({
  id: z.string(),
  get parts() {
    return z.array(order)
  },
})

async function shop() {
  const engine = await testEngine()
  const worker = engine.connect({ workerName: 'shop' })
  const created = z.object({ status_code: z.literal(201), body: order })
  const full = z.object({ status_code: z.literal(409), body: z.object({ reason: z.string() }) })
  worker.registerFunction('orders::create', ({ body }) => ({ status_code: 200, body: { id: body.sku, parts: [] } }), {
    schemaTarget: 'body',
    description: 'Creates an order\nfor one shop',
    input: z.object({ sku: z.string(), quantity: z.number().int().optional() }),
    output: order,
  })
  worker.registerFunction('orders::list', () => ({ status_code: 201 as const, body: { id: 'a', parts: [] } }), {
    input: z.object({
      path_params: z.object({ shop: z.string() }),
      query_params: z.object({ page: z.string().optional().describe('From 1') }),
      headers: z.looseObject({ 'x-tenant': z.string() }),
    }),
    output: z.union([created, full]),
  })
  worker.registerFunction('plain', () => ({ status_code: 200 }))
  const bind = (function_id: string, http_method: string, api_path: string): unknown =>
    worker.registerTrigger({ type: 'http', function_id, config: { api_path, http_method } })
  bind('orders::create', 'POST', '/orders')
  bind('orders::list', 'GET', '/shops/:shop/orders')
  bind('plain', 'DELETE', 'plain')
  await worker.ready()
  return engine
}

async function isValid(document: object): Promise<void> {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document) as Record<string, unknown>)
  expect(errors).toBeUndefined()
  expect([valid, validator.version]).toEqual([true, '3.1'])
}

test('openapi describes paths, parameters, bodies, responses and errors of all HTTP triggers', limit, async () => {
  const engine = await shop()
  const { code, stdout } = await runCommand(['openapi', '--url', engine.url, '--server', 'http://127.0.0.1:3111'])
  expect(code).toBe(0)
  const document = JSON.parse(stdout) as object
  await isValid(document)
  expect(document).toMatchObject({
    openapi: '3.1.0',
    servers: [{ url: 'http://127.0.0.1:3111' }],
    tags: [{ name: 'orders' }, { name: 'plain' }],
    paths: {
      '/orders': {
        post: {
          operationId: 'orders_create',
          tags: ['orders'],
          summary: 'Creates an order',
          requestBody: { required: true },
          responses: { 200: { content: { 'application/json': { schema: {} } } }, 400: {} },
        },
      },
      '/shops/{shop}/orders': {
        get: {
          parameters: [
            { name: 'shop', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'page', in: 'query', required: false, description: 'From 1' },
            { name: 'x-tenant', in: 'header', required: true },
          ],
          responses: { 201: {}, 409: { content: { 'application/json': { schema: { properties: { reason: {} } } } } } },
        },
      },
      '/plain': { delete: { tags: ['plain'], responses: { 200: { description: 'The result of the function' } } } },
    },
  })
  // A schema that refers to itself is one component.
  expect(stdout).toContain('"$ref": "#/components/schemas/')
  expect(stdout).not.toContain('#/definitions/')
})

test('the console serves the document at /openapi.json', limit, async () => {
  const engine = await shop()
  const { origin } = new URL(await engine.openConsole())
  const served = await fetch(`${origin}/openapi.json`)
  expect([served.status, served.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  const document = (await served.json()) as { servers: unknown }
  await isValid(document)
  expect(document.servers).toEqual([{ url: engine.httpUrl }])
})

test('in front of another engine, the document is served with the token of the console only', limit, async () => {
  const engine = await shop()
  const child = runCli(['console', '--url', engine.url, '--console-port', '0'])
  const [, address = '', token = ''] = await child.says(/console {2}(\S+)#token=(\S+)/)
  for (const query of ['', '?token=', '?token=wrong', `?token=${token}x`]) {
    const refused = await fetch(`${address}openapi.json${query}`)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({
      error: { code: 'FORBIDDEN', message: 'The token is missing or wrong' },
    })
  }
  const served = await fetch(`${address}openapi.json?token=${token}`)
  expect(served.status).toBe(200)
  expect(Object.keys(((await served.json()) as { paths: object }).paths)).toContain('/orders')
  expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null })
})

test('a client generated from the document compiles, and a misspelt path does not', limit, async () => {
  const engine = await shop()
  const { stdout } = await runCommand(['openapi', '--url', engine.url])
  const folder = await temporaryFolder()
  writeFileSync(join(folder, 'api.d.ts'), astToString(await openapiTS(stdout)))
  writeFileSync(
    join(folder, 'client.ts'),
    `import type { paths } from './api.js'
type Create = paths['/orders']['post']
export const body: Create['requestBody']['content']['application/json'] = { sku: 'tea', quantity: 2 }
export type Created = Create['responses'][200]['content']['application/json']
export const created: Created = { id: 'a', parts: [{ id: 'b', parts: [] }] }
export const page: paths['/shops/{shop}/orders']['get']['parameters']['query'] = { page: '2' }
export type Conflict = paths['/shops/{shop}/orders']['get']['responses'][409]['content']['application/json']
export const conflict: Conflict = { reason: 'full' }
// @ts-expect-error -- the body has no such member
export const wrong: typeof body = { sku: 'tea', amount: 2 }
// @ts-expect-error -- there is no such path
export type Missing = paths['/order']
`,
  )
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['client.ts'] }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  // The newest compiler takes a tenth of the time.
  const tsc = realpathSync('test/package/compilers/newest/node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'pipe' })
  expect(readFileSync(join(folder, 'api.d.ts'), 'utf8')).toContain('/shops/{shop}/orders')
})

test('schemas of all languages, and hostile ones, give a valid document', limit, async () => {
  const functions = [...schemaSamples(), ...hostileSamples()].map((row) => {
    const body = { type: 'object', properties: { body: row.request_format ?? true }, required: ['body'] }
    return { ...row, request_format: body, response_format: row.response_format }
  })
  const routes = functions.flatMap(({ function_id }, at) => [
    { method: 'POST', path: `/f${String(at)}/:id`, function_id },
    { method: 'POST', path: `/f${String(at)}/:id`, function_id: 'hidden by the one before' },
    { method: 'WIBBLE', path: '/other', function_id },
  ])
  const schemas = parseEngineSchemas(schemasText(engineWith(functions, { routes })))
  await isValid(openApiDocument(schemas, { title: 'samples', serverUrl: undefined }))
})
