import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mutated, type Fault } from '../../faults/plant.js'
import { tableRows } from '../../kit/documents.js'

const LISTS = 'test/faults/list'

/** Every list there is, so that a fault stops fitting in the run that moved its text, not in the night after. */
const lists = await Promise.all(
  readdirSync(LISTS).map(async (name) => {
    const { faults } = (await import(join('../../faults/list', name))) as { readonly faults: readonly Fault[] }
    return [name, faults] as const
  }),
)

test.each(lists)('the faults of %s fit the source they are planted in, and their tests are there', (_name, faults) => {
  const problems = faults.flatMap((fault) => {
    const { name, file } = fault
    const missing = ('tests' in fault ? fault.tests : []).filter((path) => !existsSync(path))
    return [
      ...misfits(fault, existsSync(file) ? readFileSync(file, 'utf8') : ''),
      ...missing.map((path) => `${name}: no test ${path}`),
    ]
  })
  expect(problems).toEqual([])
})

test('each row with its own test has a planted fault', () => {
  const rows = new Set(tableRows('docs/internals/reliability-rows.md', /^## What is tested/).map(([row = '']) => row))
  const planted = new Set(lists.flatMap(([, faults]) => faults.map(({ row }) => row)))
  // The bugs the simulator has to find are a row of their own.
  if (planted.has('R4')) planted.add('R3')
  expect(rows.size).toBeGreaterThan(10)
  expect([...rows].filter((row) => !planted.has(row))).toEqual([])
})

test('the page of the rows lists each fault below its row', () => {
  const listed = tableRows('docs/internals/reliability-rows.md', /^## Planted faults/).flatMap(([row, names = '']) =>
    [...names.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => `${String(row)} ${String(name)}`),
  )
  const planted = lists.flatMap(([list, faults]) => (list === 'simulation.ts' ? [] : faults))
  expect(listed.sort()).toEqual(planted.map(({ row, name }) => `${row} ${name}`).sort())
})

function misfits(fault: Fault, source: string): readonly string[] {
  try {
    mutated(fault, source)
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
