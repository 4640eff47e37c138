import { expect, test } from 'vitest'
import { createConfigurationBuiltin } from '../../src/engine/builtins/configuration/configuration-builtin.js'
import { parseConfigurationConfig } from '../../src/engine/builtins/configuration/configuration-config.js'
import { callBuiltin } from '../kit/builtin-rig.js'
import { FakeHost } from '../kit/fake-host.js'

/** Far beyond the limit for one value, on a busy machine too, and far below what such a schema would take. */
const BOUND_MS = 5000

const doubling = Object.fromEntries(
  Array.from({ length: 40 }, (_, level) => {
    const next = { $ref: `#/definitions/level${String(level + 1)}` }
    return [`level${String(level)}`, { anyOf: [next, next] }]
  }),
)
const hostile: Record<string, object> = {
  'a pattern that backtracks': { pattern: '^(a+)+$' },
  'a pattern of member names that backtracks': {
    type: 'object',
    patternProperties: { '^(a|a)*$': { type: 'number' } },
  },
  'references that double with each level': {
    definitions: { ...doubling, level40: { type: 'number' } },
    $ref: '#/definitions/level0',
  },
  'a reference to itself': { $ref: '#' },
}
const long = `${'a'.repeat(200)}!`

test.each(Object.entries(hostile))(
  '%s is refused in time, and other schemas are handled as before',
  async (_name, schema) => {
    const builtin = createConfigurationBuiltin(new FakeHost(), parseConfigurationConfig(undefined), {})
    const call = (name: string, input: object): unknown => callBuiltin(builtin, `configuration::${name}`, input)
    const entry = { id: 'hostile', name: '', description: '', schema }
    const startedAt = performance.now()
    const codes: unknown[] = []
    for (const initial_value of [long, { [long]: 1 }]) {
      const registered = (async () => call('register', { ...entry, initial_value }))()
      await registered.catch((error: unknown) => codes.push((error as { code: unknown }).code))
    }
    expect(codes).toContain('SCHEMA_INVALID')
    expect(performance.now() - startedAt).toBeLessThan(BOUND_MS)

    await call('register', { ...entry, id: 'fine', schema: { pattern: '^a+!$' }, initial_value: long })
    expect(await call('get', { id: 'fine' })).toMatchObject({ value: long })
  },
)
