import { expect, test } from 'vitest'
import { readEngineOptions } from '../../../src/cli/commands/serve/start-engine.js'

test('a damaged store is repaired on request only', () => {
  expect(readEngineOptions({}).repairsStores).toBe(false)
  expect(readEngineOptions({ repair: true }).repairsStores).toBe(true)
})

test('a configuration file that was found is used unless another is named', () => {
  expect(readEngineOptions({}, 'found.yaml').config).toBe('found.yaml')
  expect(readEngineOptions({ config: 'named.yaml' }, 'found.yaml').config).toBe('named.yaml')
})
