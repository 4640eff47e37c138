/**
 * Packs the build, installs it with package managers that expose only declared dependencies, and compiles and runs a
 * program that imports every subpath, as ESM and as CommonJS. Then writes each template of `iii-node init`, installs it with
 * npm and runs its tests. Downloads from the registry. Exit code 1 if one fails.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TEMPLATES } from '../src/cli/options.js'
import { libraryEntries } from './entries.js'
import ensureBuild from './ensure-build.js'

const TSC =
  'tsc --outDir out --strict --exactOptionalPropertyTypes --module nodenext --target es2022 main.ts main.cts'.split(' ')

interface Manager {
  readonly name: string
  /** Package and version that `npx` runs. */
  readonly cli: string
  readonly files: Readonly<Record<string, string>>
  /** Arguments before a command of the project. */
  readonly exec: readonly string[]
}

const managers: readonly Manager[] = [
  {
    name: 'pnpm, isolated',
    cli: 'pnpm@10',
    files: { '.npmrc': 'node-linker=isolated\nhoist=false\nstrict-peer-dependencies=true\nauto-install-peers=false\n' },
    exec: ['exec'],
  },
  {
    name: "Yarn, Plug'n'Play",
    cli: '@yarnpkg/cli-dist@4',
    files: { 'yarn.lock': '', '.yarnrc.yml': 'nodeLinker: pnp\nenableTelemetry: false\nenableGlobalCache: false\n' },
    exec: ['exec'],
  },
]

const imports = Object.keys(libraryEntries).map((subpath, index) => {
  const name = `iii-node${subpath.slice(1)}`
  return `import * as subpath${String(index)} from '${name}'\nvoid subpath${String(index)}`
})
const program = `${imports.join('\n')}
import { registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'
async function main(): Promise<void> {
  const engine = await createTestEngine()
  const worker = registerWorker(engine.url)
  worker.registerFunction('double', (value: number) => value * 2)
  await worker.ready()
  const result = await worker.trigger<number, number>({ function_id: 'double', payload: 21 })
  console.log(result, worker.telemetry.tracer !== null)
  await worker.shutdownAsync()
  await engine.close()
}
void main()
`

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 300_000 })
}

function tryOut({ name, cli, files, exec }: Manager, archive: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'iii-node-install-'))
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { 'iii-node': `file:${archive}` },
    devDependencies: { typescript: '~5.9.3', '@types/node': '^20.19.43' },
  }
  const all = { 'package.json': JSON.stringify(manifest), 'main.ts': program, 'main.cts': program, ...files }
  try {
    for (const [file, text] of Object.entries(all)) writeFileSync(join(folder, file), text)
    const inProject = (...args: readonly string[]): string => run('npx', ['--yes', cli, ...args], folder)
    inProject('install')
    inProject(...exec, ...TSC)
    const outputs = ['out/main.js', 'out/main.cjs'].map((file) => inProject(...exec, 'node', file).trim())
    const isGood = outputs.every((output) => output === '42 true')
    process.stdout.write(`${name}: ${isGood ? 'ok' : outputs.join(' | ')}\n`)
    return isGood
  } catch (error) {
    const { stdout = '', message } = error as { readonly stdout?: string; readonly message: string }
    process.stdout.write(`${name}: ${message}\n${stdout}\n`)
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a user waits for at most. */
const TEMPLATE_LIMIT_S = 60

/** From an empty folder to passed tests, as a user of `npx iii-node init` gets there. */
function tryTemplate(template: string, archive: string): boolean {
  const parent = mkdtempSync(join(tmpdir(), 'iii-node-init-'))
  const folder = join(parent, 'app')
  const startedAt = performance.now()
  try {
    run('npx', ['--yes', '--package', archive, 'iii-node', 'init', folder, '--template', template], parent)
    const manifest = join(folder, 'package.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/("iii-node": )"[^"]*"/, `$1"file:${archive}"`))
    run('npm', ['install', '--no-audit', '--no-fund'], folder)
    run('npm', ['test'], folder)
    const seconds = (performance.now() - startedAt) / 1000
    const isFast = seconds <= TEMPLATE_LIMIT_S
    process.stdout.write(`template ${template}: ${isFast ? 'ok' : 'too slow,'} after ${seconds.toFixed(1)} s\n`)
    return isFast
  } catch (error) {
    const { stdout = '', message } = error as { readonly stdout?: string; readonly message: string }
    process.stdout.write(`template ${template}: ${message}\n${stdout}\n`)
    return false
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}

ensureBuild()
const packed = mkdtempSync(join(tmpdir(), 'iii-node-pack-'))
const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', packed]
const archive = join(packed, run('npm', pack, process.cwd()).trim())
const results = [
  ...managers.map((manager) => tryOut(manager, archive)),
  ...TEMPLATES.map((template) => tryTemplate(template, archive)),
]
rmSync(packed, { recursive: true, force: true })
process.exitCode = results.every(Boolean) ? 0 : 1
