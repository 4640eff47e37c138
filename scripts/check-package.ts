/**
 * Holds package.json and package-lock.json to what the repository promises: `exports` equals the entry map, every entry's
 * source exists, and the lock file names no registry. With `--write`, rewrites `exports` from the map instead of comparing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { commandEntry, libraryEntries, packageExports } from './entries.js'

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

if (readFileSync('package-lock.json', 'utf8').includes('"resolved": "http')) {
  problems.push('package-lock.json: has `resolved` addresses; reinstall with the settings in .npmrc')
}

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
