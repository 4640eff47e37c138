import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { importedBytes } from '../../bench/package-budget.js'
import { libraryEntries } from '../../scripts/entries.js'
import { loadedFiles, packagesOf } from '../kit/loaded-modules.js'

const OPENTELEMETRY = [
  ...['api', 'api-logs', 'context-async-hooks', 'core', 'otlp-transformer', 'resources'],
  ...['sdk-logs', 'sdk-metrics', 'sdk-trace', 'semantic-conventions'],
].map((name) => `@opentelemetry/${name}`)

const ENGINE_PACKAGES = [
  ...['croner', 'fast-decode-uri-component', 'fast-deep-equal', 'fast-querystring', 'find-my-way'],
  ...['ipaddr.js', 'ret', 'safe-regex2', 'ws'],
]

/** Packages that a subpath's import may load; those not named here load none at all. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  './helpers/observability': ['@opentelemetry/api-logs'],
  // What the others load late.
  './bundle': [...OPENTELEMETRY, 'ws'],
  './health': ['@opentelemetry/api', 'bintrees', 'prom-client', 'tdigest'],
  './local-engine': ENGINE_PACKAGES,
  './testing': ENGINE_PACKAGES,
}

const WITH_ENGINE = new Set(['./local-engine', './testing'])

const subpaths = Object.keys(libraryEntries)
const nameOf = (subpath: string): string => `iii-node${subpath.slice(1)}`
const own = (files: readonly string[]): readonly string[] => files.filter((file) => !file.includes('node_modules'))
const bytesOf = (files: readonly string[]): number => files.reduce((sum, file) => sum + statSync(file).size, 0)
const holdsEngine = (files: readonly string[]): boolean =>
  own(files).some((file) => readFileSync(file, 'utf8').includes('RunningEngine'))

test.each(subpaths)(
  '`%s` loads the packages it is known to need and no other, within its budget of bytes',
  (subpath) => {
    for (const how of ['import', 'require'] as const) {
      const files = loadedFiles(nameOf(subpath), how)
      expect(own(files)).not.toEqual([])
      expect(packagesOf(files), how).toEqual(PACKAGES[subpath] ?? [])
      expect(holdsEngine(files), `${how} loads the local engine`).toBe(WITH_ENGINE.has(subpath))
      expect(bytesOf(files), `bytes that ${how} reads`).toBeLessThanOrEqual(importedBytes[subpath] ?? 0)
    }
  },
)

test('Every published subpath has a budget of bytes, and no other name has one', () => {
  expect(Object.keys(importedBytes).sort()).toEqual([...subpaths].sort())
})
