import { mkdirSync, realpathSync, readFileSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { TEMPLATES, type Template } from '../../src/cli/options.js'
import { packageVersion } from '../../src/version.js'
import { Child } from '../kit/child.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/local-rig.js'

const CLI = resolve('dist/cli.js')
const BINARIES = resolve('node_modules/.bin')
/** The installed packages of a new project, and the paths of those that this repository has. */
const INSTALLED = ['typescript', 'tsx', '@types/node']

interface Manifest {
  readonly name: string
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

async function succeeds(child: Child): Promise<string> {
  expect(await child.exit(60_000), child.output).toEqual({ code: 0, signal: null })
  return child.stdout
}

/** A project that `iii-node init` wrote, with its packages as links instead of downloads. */
async function newProject(template: Template): Promise<string> {
  const folder = join(await temporaryFolder(), 'My Shop')
  await succeeds(new Child(process.execPath, [CLI, 'init', folder, '--template', template]))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  symlinkSync(realpathSync('.'), join(modules, 'iii-node'))
  symlinkSync(CLI, join(modules, '.bin', 'iii-node'))
  for (const name of INSTALLED) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(realpathSync(join('node_modules', name)), join(modules, name))
  }
  return folder
}

/** Runs a script of the project. */
function script(folder: string, name: string, env: Readonly<Record<string, string>> = {}): Child {
  const path = `${BINARIES}${delimiter}${process.env['PATH'] ?? ''}`
  return new Child('npm', ['run', '--silent', name], { cwd: folder, env: { ...env, PATH: path } })
}

const REQUESTS: Readonly<Record<Template, readonly [path: string, body: object, status: number]>> = {
  api: ['/orders', { item: 'tea', email: 'ada' }, 201],
  jobs: ['/mails', { to: 'ada', text: 'tea' }, 202],
  js: ['/mails', { to: 'ada', text: 'tea' }, 202],
}

async function post(url: string, template: Template): Promise<number> {
  const [path, body] = REQUESTS[template]
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status
}

test.each(TEMPLATES)(
  'a project of the template %s passes its tests, builds, and starts',
  { timeout: 120_000 },
  async (template) => {
    const folder = await newProject(template)
    const manifest = manifestOf(folder)
    expect(manifest.name).toBe('my-shop')
    expect(manifest.dependencies).toEqual({ 'iii-node': `^${packageVersion}` })
    const { devDependencies: own = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
    for (const [name, range] of Object.entries(manifest.devDependencies ?? {}))
      expect([name, range]).toEqual([name, own[name]])

    const scripts = template === 'js' ? ['test'] : ['test', 'build']
    await Promise.all(scripts.map((name) => succeeds(script(folder, name))))

    // As the image runs it: without npm, which is also what `npm start` runs.
    const [, command = ''] = /^CMD (.+)$/m.exec(readFileSync(join(folder, 'Dockerfile'), 'utf8')) ?? []
    const [, ...args] = JSON.parse(command) as string[]
    expect(manifest.scripts['start']).toBe(`node ${args.join(' ')}`)
    const engine = await testEngine({ builtins: { 'iii-queue': { queue_configs: { mail: {} } } } })
    const started = new Child(process.execPath, args, { cwd: folder, env: { III_URL: engine.url } })
    await started.says(/The worker is ready/)
    expect(await post(String(engine.httpUrl), template)).toBe(REQUESTS[template][2])
    await started.says(/mail to ada/)
    expect(await started.stop('SIGTERM'), started.output).toEqual({ code: 0, signal: null })
  },
)

test('a new project runs under `dev`, with its configuration file', { timeout: 60_000 }, async () => {
  const folder = await newProject('js')
  const child = script(folder, 'dev', { III_PORT: '0', HTTP_PORT: '0' })
  const [, httpUrl = ''] = await child.says(/http +(\S+)/)
  await child.says(/The worker is ready/)
  expect(await post(httpUrl, 'js')).toBe(202)
  await child.stop('SIGTERM')
})

test('the schema that the configuration file names is in the package', async () => {
  const folder = await newProject('js')
  const [, schema = ''] = /\$schema=(\S+)/.exec(readFileSync(join(folder, 'iii.config.yaml'), 'utf8')) ?? []
  const printed = await succeeds(new Child(process.execPath, [CLI, 'schema', 'config']))
  expect(readFileSync(join(folder, schema), 'utf8')).toBe(printed)
})
