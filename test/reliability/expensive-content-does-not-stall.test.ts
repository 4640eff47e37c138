import { expect, test } from 'vitest'
import { codeIn, costlyRig } from './stages/costly-stage.js'

const MAX_STALL_MS = 100

test('work that is slow by content does not stall a steady caller', { timeout: 60_000 }, async () => {
  const rig = await costlyRig()
  const attackers = await Promise.all(Array.from({ length: 4 }, () => rig.client()))
  const stalls: Record<string, number> = {}
  /** Makes calls from four clients at once; resolves with the codes of the answers. */
  const all = async (
    what: string,
    count: number,
    call: (index: number) => [id: string, data: string],
  ): Promise<string[]> => {
    let answers: string[] = []
    stalls[what] = await rig.stallDuring(async () => {
      const calls = Array.from(
        { length: count },
        (_, index) => attackers[index % 4]?.call(...call(index)) ?? Promise.resolve(''),
      )
      answers = await Promise.all(calls)
    })
    return answers.map(codeIn)
  }
  const register = (id: string, schema: object, value: unknown): [string, string] => [
    'configuration::register',
    JSON.stringify({ id, name: '', description: '', schema, initial_value: value }),
  ]
  const long = `${'a'.repeat(40)}!`
  // Loads what reads schemas.
  await attackers[0]?.call(...register('first', { pattern: '^a' }, 'a'))

  const patterns = await all('patterns', 64, (n) => register(`p${n}`, { pattern: '^(a+)+$' }, long))
  expect(patterns).toEqual(Array(64).fill('SCHEMA_INVALID'))
  const names = await all('patterns of names', 64, (n) =>
    register(`n${n}`, { patternProperties: { '^(a|a)*$': { type: 'number' } } }, { [long]: 1 }),
  )
  expect(names).toEqual(Array(64).fill('fine'))
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, level) => {
      const next = { $ref: `#/definitions/l${String(level + 1)}` }
      return [`l${String(level)}`, { anyOf: [next, next] }]
    }),
  )
  const schema = { definitions: { ...doubling, l40: { type: 'number' } }, $ref: '#/definitions/l0' }
  expect(await all('schemas', 8, (n) => register(`s${n}`, schema, long))).toEqual(Array(8).fill('SCHEMA_INVALID'))

  const text = '${'.repeat(80_000)
  await attackers[0]?.call(...register('placeholders', {}, text))
  const read = await all('placeholders', 32, () => ['configuration::get', '{"id":"placeholders"}'])
  expect(read).toEqual(Array(32).fill('fine'))
  await attackers[0]?.call(...register('defaults', {}, '${A:}'.repeat(32_000)))
  const defaults = await all('defaults', 32, () => ['configuration::get', '{"id":"defaults"}'])
  expect(defaults).toEqual(Array(32).fill('fine'))

  const valueOf = (keys: number): string =>
    `{"n":0,${Array.from({ length: keys }, (_, index) => `"key${String(index)}":${String(index)}`).join(',')}}`
  const wide = valueOf(160_000)
  await attackers[0]?.call('state::set', `{"scope":"s","key":"wide","value":${wide}}`)
  const increment = JSON.stringify({ scope: 's', key: 'wide', ops: [{ type: 'increment', path: 'n', by: 1 }] })
  // The answers hold the value twice, so few are asked for.
  const updates = await all('updates', 4, (n) => {
    for (let sent = 0; sent < 15; sent += 1) attackers[n]?.tell('state::update', increment)
    return ['state::update', increment]
  })
  expect(updates).toEqual(Array(4).fill('fine'))
  const kept = await attackers[0]?.call('state::get', '{"scope":"s","key":"wide"}')
  // Each of them counted once.
  expect(kept).toMatch(/"n":64,"key0":0,.*"key159999":159999\}/)

  // Large enough that reading it in one piece takes longer than the limit. Answers would hold it twice, so none are asked for.
  await attackers[0]?.call('state::set', `{"scope":"s","key":"widest","value":${valueOf(800_000)}}`)
  const later = await all('updates of a large value', 1, () => {
    for (let sent = 0; sent < 8; sent += 1) attackers[0]?.tell('state::update', increment.replace('wide', 'widest'))
    return ['state::update', increment]
  })
  expect(later).toEqual(['fine'])

  console.info('R44', stalls)
  expect(Math.max(...Object.values(stalls))).toBeLessThanOrEqual(MAX_STALL_MS)
})
