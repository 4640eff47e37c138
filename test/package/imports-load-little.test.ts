import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packageBudget } from '../../bench/package-budget.js'
import { libraryEntries } from '../../scripts/entries.js'
import { loadedFiles, packagesOf } from '../kit/loaded-modules.js'

const HTTP_ROUTER = [
  ...['fast-decode-uri-component', 'fast-deep-equal', 'fast-querystring', 'find-my-way', 'ret', 'safe-regex2'],
]

const OPENTELEMETRY = [
  ...['api', 'api-logs', 'context-async-hooks', 'core', 'otlp-transformer', 'resources'],
  ...['sdk-logs', 'sdk-metrics', 'sdk-trace', 'semantic-conventions'],
].map((name) => `@opentelemetry/${name}`)

/** Packages that a subpath's import may load; those not named here load none at all. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  './helpers/observability': ['@opentelemetry/api-logs'],
  // What the others load late.
  './bundle': [...OPENTELEMETRY, 'ws'],
  // The local engine.
  './testing': ['croner', ...HTTP_ROUTER, 'ws'],
}

const subpaths = Object.keys(libraryEntries)
const nameOf = (subpath: string): string => `iii-node${subpath.slice(1)}`
const own = (files: readonly string[]): readonly string[] => files.filter((file) => !file.includes('node_modules'))
const holdsEngine = (files: readonly string[]): boolean =>
  own(files).some((file) => readFileSync(file, 'utf8').includes('RunningEngine'))

test.each(subpaths)('`%s` loads the packages it is known to need and no other', (subpath) => {
  for (const how of ['import', 'require'] as const) {
    const files = loadedFiles(nameOf(subpath), how)
    expect(own(files)).not.toEqual([])
    expect(packagesOf(files), how).toEqual(PACKAGES[subpath] ?? [])
    expect(holdsEngine(files), `${how} loads the local engine`).toBe(subpath === './testing')
  }
})

test('The code that an import of the package reads stays within its budget', () => {
  for (const how of ['import', 'require'] as const) {
    const sizes = own(loadedFiles('iii-node', how)).map((file) => statSync(file).size)
    expect(
      sizes.reduce((sum, size) => sum + size, 0),
      how,
    ).toBeLessThanOrEqual(packageBudget.importedBytes)
  }
})
