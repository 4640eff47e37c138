import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { folderBytes } from '../../bench/folder-bytes.js'
import { packageBudget } from '../../bench/package-budget.js'
import { runtimePackages, type LockFile } from '../../bench/runtime-packages.js'
import { internalLinks, pages } from '../kit/documents.js'

const packages = runtimePackages(JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile)

test('The number of installed packages is within the budget', () => {
  expect(packages).toContain('node_modules/ws')
  expect(packages.length, packages.join('\n')).toBeLessThanOrEqual(packageBudget.runtimePackages)
})

test('The runtime dependencies are no larger than the budget', () => {
  const bytes = packages.filter((place) => existsSync(place)).map((place) => folderBytes(place, ['node_modules']))
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(packageBudget.runtimeBytes)
})

test('The archive is no larger than the budget, and holds the built package and nothing of the repository', () => {
  const args = ['pack', '--dry-run', '--ignore-scripts', '--json']
  const [archive] = JSON.parse(
    execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as [{ readonly size: number; readonly unpackedSize: number; readonly files: readonly { readonly path: string }[] }]
  expect(archive.size).toBeLessThanOrEqual(packageBudget.packedBytes)
  expect(archive.unpackedSize).toBeLessThanOrEqual(packageBudget.unpackedBytes)
  const others = archive.files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'))
  const places = new Set(others.map((path) => path.split('/', 1)[0]))
  expect([...places].sort()).toEqual([
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'bench',
    'docs',
    'examples',
    'llms.txt',
    'package.json',
    'templates',
  ])
  const packed = pages().filter((page) => others.includes(page))
  expect(packed.length).toBeGreaterThan(50)
  const missing = packed.flatMap((page) =>
    internalLinks(page)
      .map(({ file }) => file.replace(/\/$/, ''))
      .filter((file) => !others.some((path) => path === file || path.startsWith(`${file}/`)))
      .map((file) => `${page} links to ${file}`),
  )
  expect(missing, 'links that lead nowhere in an installed package').toEqual([])
})
