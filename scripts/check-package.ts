/**
 * Checks package.json and package-lock.json: `exports` equals the entry map, the source of every entry exists, and the
 * lock file names no registry and lacks no platform package (`npm ci` would refuse it). `--write` rewrites `exports`
 * from the map instead of comparing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { commandEntry, libraryEntries, packageExports } from './entries.js'

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly resolved?: string; readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >
}

const manifestText = readFileSync('package.json', 'utf8')
const manifest = JSON.parse(manifestText) as Record<string, unknown>
const wanted = packageExports()
const problems: string[] = []

if (process.argv.includes('--write')) {
  writeFileSync('package.json', `${JSON.stringify({ ...manifest, exports: wanted }, null, 2)}\n`)
} else if (JSON.stringify(manifest['exports']) !== JSON.stringify(wanted)) {
  problems.push('package.json: `exports` differs from scripts/entries.ts; run `npm run exports`')
}

for (const source of [...Object.values(libraryEntries), commandEntry.source]) {
  if (!existsSync(source)) problems.push(`${source}: named in scripts/entries.ts, but there is no such file`)
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile
const installed = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/'))))
for (const [path, { resolved, optionalDependencies = {} }] of Object.entries(packages)) {
  if (resolved?.startsWith('http') === true) {
    problems.push(`package-lock.json: ${path} has an address; reinstall with the settings in .npmrc`)
  }
  for (const name of Object.keys(optionalDependencies)) {
    if (installed.has(`node_modules/${name}`)) continue
    problems.push(
      `package-lock.json: ${path} wants ${name}, which is missing; take a version with all platforms published`,
    )
  }
}

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
