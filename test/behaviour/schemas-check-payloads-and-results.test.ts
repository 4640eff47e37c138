import { expect, test } from 'vitest'
import * as z from 'zod'
import { iiiFn, registerWorker } from 'iii-node'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import { localRig, type LocalRig } from '../kit/local-rig.js'
import { outcomeOf } from '../kit/worker-rig.js'

interface Pair {
  readonly rig: LocalRig
  readonly server: ReturnType<LocalRig['addWorker']>
  readonly events: DiagnosticEvent[]
  /** Calls a function of the server from another worker, and says how that ended. */
  readonly call: (functionId: string, payload?: unknown) => Promise<unknown>
}

async function pair(): Promise<Pair> {
  const rig = await localRig()
  const events: DiagnosticEvent[] = []
  const server = rig.addWorker({ diagnostics: (event) => events.push(event) })
  const caller = rig.addWorker()
  await rig.settle()
  return {
    rig,
    server,
    events,
    call: async (function_id, payload) => {
      await rig.settle()
      const outcome = outcomeOf(caller.trigger({ function_id, payload }))
      await rig.settle()
      return outcome
    },
  }
}

const person = z.strictObject({ name: z.string().trim(), age: z.coerce.number().default(7) })

test('a handler receives the parsed payload, without the caller’s id', async () => {
  const { server, call } = await pair()
  server.registerFunction(
    'f',
    (data, _metadata, context) => ({ data, isCalled: context.callerWorkerId !== undefined }),
    {
      input: person,
    },
  )
  expect(await call('f', { name: ' Ada ' })).toEqual({ value: { data: { name: 'Ada', age: 7 }, isCalled: true } })
})

test('an invalid payload never reaches the handler; the caller receives every issue', async () => {
  const { server, call, events } = await pair()
  let ran = 0
  server.registerFunction('f', () => (ran += 1), { input: person })
  const detail =
    'Input for f is invalid: /name: Invalid input: expected string, received number; Unrecognized key: "extra"'
  expect(await call('f', { name: 1, extra: true })).toMatchObject({
    error: { name: 'InvocationError', code: 'deserialization_error', detail },
  })
  expect(ran).toBe(0)
  expect(events.filter(({ kind }) => kind === 'input_invalid')).toMatchObject([
    {
      error: { functionId: 'f', issues: [{ path: '/name' }, { path: '' }] },
      callerWorkerId: expect.any(String) as unknown,
    },
  ])
})

test('a result is sent as parsed by its schema, without undeclared members', async () => {
  const { server, call } = await pair()
  const output = z.object({ id: z.number(), role: z.string().default('guest') })
  const row: { id: number } = { id: 1, ...{ password: 'secret' } }
  server.registerFunction('sync', () => row, { output })
  server.registerFunction('async', async () => row, { output })
  expect(await call('sync')).toEqual({ value: { id: 1, role: 'guest' } })
  expect(await call('async')).toEqual({ value: { id: 1, role: 'guest' } })
})

test('a result that does not fit fails with serialization_error and is reported', async () => {
  const { server, call, events } = await pair()
  server.registerFunction('f', () => ({ id: 'one' }) as never, { output: z.object({ id: z.number() }) })
  expect(await call('f')).toMatchObject({
    error: { code: 'serialization_error', detail: expect.stringMatching(/^Output of f is invalid: \/id: /) as unknown },
  })
  expect(events.filter(({ kind }) => kind === 'output_invalid')).toHaveLength(1)
})

test('either check can be turned off', async () => {
  const { server, call } = await pair()
  const settings = { input: z.object({ n: z.number() }), output: z.number(), validate: { input: false, output: false } }
  server.registerFunction('f', (data) => ({ data }) as never, settings)
  expect(await call('f', { n: 'text' })).toEqual({ value: { data: { n: 'text' } } })
})

test('schemas that check asynchronously are waited for, on both sides', async () => {
  const { server, call } = await pair()
  const even = z.number().refine(async (n) => n % 2 === 0, 'is odd')
  server.registerFunction('f', ({ n }) => n + 1, { input: z.object({ n: z.number() }), output: even })
  server.registerFunction('g', ({ n }) => n, { input: z.object({ n: even }) })
  expect(await call('f', { n: 1 })).toEqual({ value: 2 })
  expect(await call('f', { n: 2 })).toMatchObject({ error: { detail: 'Output of f is invalid: is odd' } })
  expect(await call('g', { n: 3 })).toMatchObject({ error: { detail: 'Input for g is invalid: /n: is odd' } })
})

test('a schema that throws fails its call and no other', async () => {
  const { server, call } = await pair()
  const broken = z.unknown().refine(() => {
    throw new Error('broken')
  })
  server.registerFunction('f', () => 1, { input: broken, request_format: {} })
  server.registerFunction('g', () => 2)
  expect(await call('f', {})).toMatchObject({
    error: { code: 'deserialization_error', detail: 'Input for f is invalid: its schema could not check it: broken' },
  })
  expect(await call('g')).toEqual({ value: 2 })
})

test('the engine lists both schemas as JSON Schema draft-07', async () => {
  const { rig, server } = await pair()
  server.registerFunction('f', () => ({ at: new Date(0) }), {
    input: person,
    output: z.object({ at: z.coerce.date() }),
  })
  server.registerFunction('g', () => 1, { input: person, request_format: { type: 'object', title: 'by hand' } })
  server.register({ id: 'h', handler: () => 'text', output: z.string() })
  server.registerFunctionWith({ id: 'i', input: person, schemaTarget: 'body' }, async () => ({ status_code: 200 }))
  server.registerFunction(
    'j',
    iiiFn(() => 1, { output: z.number() as never }),
  )
  await rig.settle()
  const listed = outcomeOf(server.listFunctions())
  await rig.settle()
  const { value } = (await listed) as { value: Awaited<ReturnType<typeof server.listFunctions>> }
  const formats = Object.fromEntries(value.map((row) => [row.function_id, row]))
  const $schema = 'http://json-schema.org/draft-07/schema#'
  const ofPerson = { type: 'object', required: ['name'], additionalProperties: false }
  expect(formats['f']).toMatchObject({
    request_format: { $schema, ...ofPerson },
    response_format: { $schema, properties: { at: { format: 'date-time' } }, required: ['at'] },
  })
  expect(formats['g']?.request_format).toEqual({ type: 'object', title: 'by hand' })
  expect(formats['h']?.response_format).toMatchObject({ type: 'string' })
  expect(formats['i']?.request_format).toMatchObject({ $schema, properties: { body: ofPerson }, required: ['body'] })
  expect(formats['j']?.response_format).toMatchObject({ type: 'number' })
})

test('with the schema on the body, a request that does not fit is answered with status 400 and its issues', async () => {
  const { server, call } = await pair()
  const bodies = { input: person, output: z.object({ id: z.number() }), schemaTarget: 'body' } as const
  server.registerFunction('f', async ({ body }) => ({ status_code: 201, body: { id: body.age, extra: 1 } }), bodies)
  server.registerFunction('streamed', async () => undefined, bodies)
  expect(await call('f', { method: 'POST', body: { name: 'Ada' } })).toEqual({
    value: { status_code: 201, body: { id: 7 } },
  })
  expect(await call('f', { method: 'POST', body: { name: 1 } })).toEqual({
    value: {
      status_code: 400,
      body: {
        error: {
          code: 'deserialization_error',
          message: 'Input for f is invalid: /name: Invalid input: expected string, received number',
          issues: [{ path: '/name', message: 'Invalid input: expected string, received number' }],
        },
      },
    },
  })
  expect(await call('f', 'no request')).toMatchObject({ value: { status_code: 400 } })
  expect(await call('streamed', { body: { name: 'Ada' } })).toEqual({ value: undefined })
})

const wrong: readonly (readonly [string, object, string])[] = [
  ['a JSON Schema as input', { input: { type: 'object' } }, 'input must be a Standard Schema'],
  ['null as input', { input: null }, 'input must be a Standard Schema, as zod (3.24 or later), valibot'],
  ['a class as output', { output: String }, 'output must be a Standard Schema'],
  ['a flag as validate', { input: person, validate: true }, 'validate must be an object, got true'],
  ['a text as validate.input', { input: person, validate: { input: 'no' } }, 'validate.input must be true or false'],
  ['a number as validate.output', { input: person, validate: { output: 0 } }, 'validate.output must be true or false'],
  ['an unknown target', { input: person, schemaTarget: 'query' }, "schemaTarget must be 'payload' or 'body'"],
  ['an object as converter', { input: person, toJsonSchema: {} }, 'toJsonSchema must be a function, got an object'],
  ['a schema that cannot be converted', { input: z.bigint() }, 'input, a schema of zod, could not be converted'],
]

for (const [name, options, message] of wrong) {
  test(`${name} is refused, and the id stays free`, () => {
    const worker = registerWorker('ws://127.0.0.1:1', { autoConnect: false })
    const register = (given: object): unknown => worker.registerFunction('f', () => 1, given)
    expect(() => register(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error)
    expect(() => register(options)).toThrow(message)
    register({})
  })
}
