import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import { parse, parseAllDocuments } from 'yaml'
import { expect, onTestFinished, test } from 'vitest'
import { parseStreamConfig } from '../../src/engine/builtins/stream/stream-config.js'
import { parseHttpConfig } from '../../src/engine/builtins/http/http-config.js'
import { parseEngineConfig } from '../../src/engine/config/config-file.js'
import { parseListenerConfig } from '../../src/engine/config/listener-config.js'
import { registerWorker } from '../../src/index.js'
import { serveHealth } from '../../src/entry/health.js'
import { codeBlocks, internalLinks, namesIn, pages, tableRows } from '../kit/documents.js'
import { testEngine } from '../kit/local-rig.js'

const PRODUCTION = 'docs/guide/production.md'
const DEPLOY = 'docs/deploy'

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

const files = [...filesIn(DEPLOY), ...filesIn('templates')]
const dockerfiles = files.filter((file) => file.endsWith('Dockerfile'))

test('there are Dockerfiles to check', () => {
  expect(dockerfiles.length).toBe(2)
  expect(validate('FRM node\nRUN x')).not.toEqual([])
})

test.each(dockerfiles)('%s has no finding of the linter, and starts Node itself as another user than root', (file) => {
  const text = readFileSync(file, 'utf8')
  expect(validate(text)).toEqual([])
  expect(text).toMatch(/^USER node$/m)
  expect(text).toMatch(/^CMD \["node", /m)
})

/** The lines of a text without their indentation. */
function linesOf(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n')
}

const shown = pages().flatMap((page) => {
  const linked = internalLinks(page).filter(({ file }) => files.includes(file))
  if (linked.length === 0) return []
  return codeBlocks(page)
    .filter(({ language }) => ['yaml', 'ini', 'dockerfile'].includes(language))
    .map(({ line, code }) => [`${page}:${String(line)}`, code, linked.map(({ file }) => file)] as const)
})

test.each(shown)('the text at %s is that of a file which the page links', (_place, code, linked) => {
  const texts = linked.map((file) => linesOf(readFileSync(file, 'utf8')))
  expect(texts.filter((text) => text.includes(linesOf(code)))).not.toEqual([])
})

test('each deployment file is linked by a page', () => {
  const linked = new Set(pages().flatMap((page) => internalLinks(page).map(({ file }) => file)))
  expect(filesIn(DEPLOY).filter((file) => !linked.has(file))).toEqual([])
  expect(shown.length).toBeGreaterThan(8)
})

test('the compose file takes the image of the engine from the environment', () => {
  const { services } = parse(readFileSync('templates/shared/compose.yaml', 'utf8')) as {
    readonly services: Readonly<Record<string, { readonly image?: string; readonly build?: string }>>
  }
  expect(services['engine']?.image).toMatch(/^\$\{III_ENGINE_IMAGE:\?/)
  expect(services['worker']).toMatchObject({
    build: '.',
    read_only: true,
    environment: { III_URL: 'ws://engine:49134' },
  })
})

test('the engine accepts the configurations in the manifests and templates', () => {
  const manifest = readFileSync(join(DEPLOY, 'kubernetes/engine.yaml'), 'utf8')
  const [configMap] = parseAllDocuments(manifest).map((document) => document.toJS() as unknown) as [
    { readonly data: Readonly<Record<string, string>> },
  ]
  const texts = [configMap.data['config.yaml'], readFileSync('templates/shared/iii.config.yaml', 'utf8')]
  for (const text of texts) {
    const { listeners } = parseEngineConfig(String(text), { fileName: 'config.yaml', env: {} })
    expect(listeners.map(({ port }) => port)).toEqual([49_134])
  }
})

test('alerts and dashboard name metrics and labels that a worker exports', async () => {
  const engine = await testEngine()
  const worker = registerWorker(engine.url, { otel: { enabled: false } })
  onTestFinished(() => worker.shutdownAsync().then(() => undefined))
  const { url } = await serveHealth(worker, { port: 0 })
  worker.registerFunction('ok', () => 1)
  await worker.trigger({ function_id: 'ok', payload: {} })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const exported = new Set(Array.from(metrics.matchAll(/^(\w+?)(?:_sum|_count)?(?:\{| )/gm), ([, name]) => name))

  const expressions = ['alerts.yml', 'grafana-dashboard.json'].map((name) =>
    readFileSync(join(DEPLOY, 'prometheus', name), 'utf8'),
  )
  const used = expressions.flatMap((text) => text.match(/\b(?:iii_worker|nodejs|process)_\w+/g) ?? [])
  expect(new Set(used).size).toBeGreaterThan(12)
  expect([...new Set(used)].filter((name) => !exported.has(name))).toEqual([])
  for (const label of ['function_id', 'code', 'le']) expect(metrics).toContain(`${label}="`)
})

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string }[] }
  readonly panels: readonly { readonly id: number; readonly targets: readonly { readonly expr: string }[] }[]
}

test('the dashboard uses the variables that it declares, and each panel has its own id', () => {
  const text = readFileSync(join(DEPLOY, 'prometheus/grafana-dashboard.json'), 'utf8')
  const { panels, templating } = JSON.parse(text) as Dashboard
  const declared = templating.list.map(({ name }) => name)
  const used = new Set(Array.from(text.matchAll(/\$\{?(?!__)(\w+)/g), ([, name]) => name))
  expect([...used].sort()).toEqual(declared.sort())
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  for (const { targets } of panels) expect(targets.every(({ expr }) => expr.includes('$instance'))).toBe(true)
})

test('each alert is explained', () => {
  const { groups } = parse(readFileSync(join(DEPLOY, 'prometheus/alerts.yml'), 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[]
  }
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))
  expect(namesIn('docs/guide/monitoring.md', /^## Alerts/)).toEqual(alerts)
})

test('the page about production lists every variable of the reference', () => {
  const listed = namesIn(PRODUCTION, /^## Ports and variables/).filter((name) => /^[A-Z_]+$/.test(name))
  expect(listed.sort()).toEqual(namesIn('docs/reference/environment.md', /^## /).sort())
})

test('the page about production lists the default ports', () => {
  const ports = tableRows(PRODUCTION, /^## Ports and variables/).map(([first]) => Number(first))
  const console = /Default: (\d+)/.exec(readFileSync('src/console-server/console-server.ts', 'utf8'))
  const health = /DEFAULT_HEALTH_PORT = (\d+)/.exec(readFileSync('src/sdk/worker/health/health-options.ts', 'utf8'))
  expect(ports.filter(Number.isInteger)).toEqual([
    parseListenerConfig(undefined, undefined).port,
    parseHttpConfig(undefined).port,
    parseStreamConfig(undefined).port,
    Number(console?.[1]),
    Number(health?.[1]),
  ])
})

test('systemd restarts a worker whose process ended with code 0, as it does when the client failed for good', () => {
  expect(readFileSync(join(DEPLOY, 'systemd/orders.service'), 'utf8')).toMatch(/^Restart=always$/m)
})
