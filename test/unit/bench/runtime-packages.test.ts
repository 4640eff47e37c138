import { expect, test } from 'vitest'
import { runtimePackages } from '../../../bench/runtime-packages.js'

test('Packages are followed from folder to folder, each once, without what only development needs', () => {
  const packages = runtimePackages({
    packages: {
      '': {
        dependencies: { a: '*', b: '*' },
        peerDependencies: { zod: '*' },
        peerDependenciesMeta: { zod: { optional: true } },
      },
      'node_modules/a': { dependencies: { b: '*', '@scope/c': '*' } },
      'node_modules/a/node_modules/b': { dependencies: { '@scope/c': '*' } },
      'node_modules/b': { optionalDependencies: { absent: '*' }, peerDependencies: { a: '*' } },
      'node_modules/@scope/c': {},
      'node_modules/zod': {},
      'node_modules/tool': { dependencies: { b: '*' } },
    },
  })
  expect(packages).toEqual([
    'node_modules/@scope/c',
    'node_modules/a',
    'node_modules/a/node_modules/b',
    'node_modules/b',
  ])
})
