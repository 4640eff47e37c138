import { toJsonSchema as toValibotJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import { defineFunction, iiiFn, registerWorker, type InvocationContext, type JsonValue } from 'iii-node'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import * as zm from 'zod/mini'
import * as z3 from 'zod3'

const worker = registerWorker('ws://127.0.0.1:1', { autoConnect: false })

test('a zod 4 handler receives the parsed payload and returns the input type of the output schema', () => {
  const input = z.object({ n: z.coerce.number(), tag: z.string().default('none') })
  worker.registerFunction(
    'f',
    (data, metadata, context) => {
      expectTypeOf(data).toEqualTypeOf<{ n: number; tag: string }>()
      expectTypeOf(metadata).toEqualTypeOf<JsonValue | undefined>()
      expectTypeOf(context).toEqualTypeOf<InvocationContext>()
      return { at: '2026-01-01' }
    },
    { input, output: z.object({ at: z.string().transform((text) => new Date(text)) }) },
  )
})

test('zod 3, zod mini, valibot and arktype are inferred in the same way', () => {
  worker.registerFunction('f', (data) => expectTypeOf(data).toEqualTypeOf<{ n: number; tag: string }>(), {
    input: z3.object({ n: z3.number(), tag: z3.string().default('none') }),
  })
  worker.registerFunction('f', (data) => expectTypeOf(data).toEqualTypeOf<{ n: number; tag: string }>(), {
    input: zm.object({ n: zm.number(), tag: zm._default(zm.string(), 'none') }),
  })
  worker.registerFunction('f', (data) => expectTypeOf(data).toEqualTypeOf<{ n: number; tag: string }>(), {
    input: v.object({ n: v.number(), tag: v.optional(v.string(), 'none') }),
  })
  worker.registerFunction('f', (data) => expectTypeOf(data).toEqualTypeOf<{ n: number; tag: string }>(), {
    input: type({ n: 'number', tag: "string = 'none'" }),
  })
})

test('a result that the output schema does not accept does not compile', () => {
  const output = z.object({ ok: z.boolean() })
  worker.registerFunction('f', () => ({ ok: true }), { output })
  worker.registerFunction('f', async () => ({ ok: true }), { output })
  // @ts-expect-error a string is no boolean
  worker.registerFunction('f', () => ({ ok: 'yes' }), { output })
  // @ts-expect-error the member is missing
  worker.registerFunction('f', async () => ({}), { output })
})

test('with an output schema alone the payload is any', () => {
  worker.registerFunction('f', (data) => void expectTypeOf(data).toBeAny(), { output: z.void() })
})

test('handlers without annotations take any when no schema is given', () => {
  worker.registerFunction('f', (data) => expectTypeOf(data).toBeAny())
  worker.registerFunction('f', async (data) => expectTypeOf(data).toBeAny(), { description: 'f' })
  worker.registerFunction('f', async (data) => expectTypeOf(data).toBeAny(), { metadata: {}, request_format: {} })
  worker.registerFunctionWith({ id: 'f' }, (data) => expectTypeOf(data).toBeAny())
  worker.register({ id: 'f', handler: (data) => expectTypeOf(data).toBeAny() })
  worker.registerFunction('f', async (data: { a: number }) => data.a, { description: 'f' })
})

test('the other ways to register infer, too', () => {
  const input = z.object({ n: z.number() })
  const output = z.string()
  worker.registerFunctionWith({ id: 'f', input, output }, (data) => {
    expectTypeOf(data).toEqualTypeOf<{ n: number }>()
    return 'text'
  })
  worker.register({
    handler: (data) => {
      expectTypeOf(data).toEqualTypeOf<{ n: number }>()
      return 'text'
    },
    id: 'f',
    input,
    output,
  })
  // @ts-expect-error the output is a string
  worker.registerFunctionWith({ id: 'f', input, output }, () => 1)
  // @ts-expect-error the output is a string
  worker.register({ id: 'f', input, output, handler: () => 1 })
})

test('with the schema on the body, the handler gets a request and answers a response', () => {
  worker.registerFunction(
    'f',
    async (request) => {
      expectTypeOf(request.body).toEqualTypeOf<{ n: number }>()
      expectTypeOf(request.path_params).toEqualTypeOf<Record<string, string>>()
      return { status_code: 201, body: { ok: true } }
    },
    { input: z.object({ n: z.number() }), output: z.object({ ok: z.boolean() }), schemaTarget: 'body' },
  )
})

test('a value that is not a schema does not compile', () => {
  // @ts-expect-error a JSON Schema is not a Standard Schema
  worker.registerFunction('f', () => null, { input: { type: 'object' } })
})

test('any JSON Schema object documents a function, however its library types it', () => {
  const widened = { type: 'object', properties: { n: { type: ['number', 'null'] } }, additionalProperties: false }
  const frozen = { type: ['object', 'null'], required: ['n'] } as const
  worker.registerFunction('f', () => 1, { request_format: widened, response_format: frozen })
  worker.registerFunction('f', () => 1, {
    request_format: toValibotJsonSchema(v.object({ n: v.number() })),
    response_format: z.toJSONSchema(z.object({ n: z.number() })),
  })
  iiiFn((n: number) => n, { input: widened, output: { enum: [1, 2] } })
  defineFunction({ id: 'f', request_format: widened })
})

test('a schema that checks is not accepted as documentation', () => {
  // @ts-expect-error it goes into `input`
  worker.registerFunction('f', () => 1, { request_format: z.object({ n: z.number() }) })
  // @ts-expect-error it goes into `input`
  worker.registerFunction('f', () => 1, { request_format: z3.object({ n: z3.number() }) })
  // @ts-expect-error it goes into `input`
  worker.registerFunction('f', () => 1, { request_format: v.object({ n: v.number() }) })
  // @ts-expect-error it goes into `output`
  worker.registerFunction('f', () => 1, { response_format: type({ n: 'number' }) })
  // @ts-expect-error a text is no JSON Schema
  worker.registerFunction('f', () => 1, { request_format: 'object' })
})
