import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { folderBytes } from '../../bench/folder-bytes.js'
import { packageBudget } from '../../bench/package-budget.js'
import { runtimePackages, type LockFile } from '../../bench/runtime-packages.js'

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
  const links = [...readFileSync('README.md', 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link)
  expect(links.length).toBeGreaterThan(20)
  const missing = links.filter((link) => !others.some((path) => path === link || path.startsWith(`${String(link)}/`)))
  expect(missing, 'links of the README that lead nowhere in an installed package').toEqual([])
})
