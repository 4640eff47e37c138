import { expect, test } from 'vitest'
import { contractsFile } from '../../src/generate/contracts-file.js'
import { schemasText, type EngineSchemas } from '../../src/generate/engine-schemas.js'
import { typesFile } from '../../src/generate/types-file.js'
import { ErrorCode } from '../../src/errors.js'
import { fromJsonSchema } from '../../src/sdk/schema/from-json-schema.js'
import { compileSchema, loadSchemaTools } from '../../src/std/json/value-schema.js'
import { startOtlp } from '../../src/wire/otlp/start-otlp.js'
import { otlpTargets } from '../../src/wire/otlp/otlp-settings.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { otlpCollector } from '../kit/otlp-collector.js'
import { seededRandom } from '../kit/seeded-random.js'
import { telemetryFrame } from '../kit/telemetry-frames.js'
import { connectedRig } from '../kit/worker-rig.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'

nothingEscapes()

/** More than the arguments, and the calls, that a stack holds. */
const MANY = 130_000

function nested(levels: number): Record<string, unknown> {
  let schema: Record<string, unknown> = {}
  for (let level = 0; level < levels; level += 1) schema = { items: schema }
  return schema
}

const engineWith = (schema: unknown): EngineSchemas => ({
  version: 1,
  functions: [{ function_id: 'a::b', namespace: 'default', request_format: schema }],
  trigger_types: [],
  streams: [],
  routes: [],
})
const tooDeep = /nests more than 500 levels, at `items\.items.*Move parts of it to `definitions`/
const refusal = { code: ErrorCode.INVALID_ARGUMENT, message: expect.stringMatching(tooDeep) as string }

test('a schema that nests too deep is left out where it is written, and refused with a code where it is read or converted', async () => {
  const deep = nested(MANY)
  const leftOut: string[] = []
  const text = schemasText(engineWith(deep), (sentence) => leftOut.push(sentence))
  expect(JSON.parse(text)).toMatchObject({ functions: [{ function_id: 'a::b' }] })
  expect(leftOut).toEqual([
    expect.stringMatching(/^The request_format of function a::b is left out: it nests more than 500 levels/),
  ])
  expect(() => fromJsonSchema(deep)).toThrow(expect.objectContaining(refusal))
  const tools = await loadSchemaTools()
  expect(() => compileSchema(tools, deep)).toThrow(tooDeep)
  expect(contractsFile(engineWith(deep), undefined)).toContain("['a::b']: defineFunction({ id: 'a::b' })")
  expect(fromJsonSchema(nested(498))['~standard'].vendor).toBe('iii-node')

  const { worker } = await connectedRig({ otel: { enabled: false } })
  const input = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const
  const toJsonSchema = () => deep
  const register = (schemaTarget: 'payload' | 'body') => () =>
    worker.registerFunction('f', () => ({ status_code: 200 }), { input, schemaTarget, toJsonSchema } as object)
  for (const target of ['payload', 'body'] as const) {
    expect(register(target)).toThrow(expect.objectContaining(refusal))
  }
})

test('a schema with very many parts has types', () => {
  const wide = { allOf: Array.from({ length: MANY }, () => ({})) }
  const schema = { definitions: { wide }, $ref: '#/definitions/wide' }
  expect(typesFile(engineWith(schema), { isStrict: false, namespace: undefined })).toContain("'a::b'")
})

test('telemetry of very many resources reaches the collector', async () => {
  const collector = await otlpCollector()
  const targets = otlpTargets({ endpoint: collector.url, protocol: 'http/json' }, {}, 'options')
  const clock = new VirtualClock()
  const sending = startOtlp({ clock, random: seededRandom(1), report: () => undefined }, targets, {})
  const spans = [
    { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 's', startTimeUnixNano: '1', endTimeUnixNano: '2' },
  ]
  const resourceSpans = [{ scopeSpans: [{ spans }] }, ...Array.from({ length: MANY }, () => ({}))]
  sending.send(telemetryFrame('OTLP', { resourceSpans }), 1)
  await sending.flush()
  expect(sending.counts()).toMatchObject({ sent: 1, failed: 0, waitingBytes: 0 })
  await sending.close(0)
})
