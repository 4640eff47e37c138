import { expect, test } from 'vitest'
import { compiledFile } from '../kit/compiled-project.js'
import { cliEngine, FREE_PORTS } from '../kit/cli.js'
import { devProject, startDev } from '../kit/dev-project.js'
import { otlpCollector } from '../kit/otlp-collector.js'

const limit = { timeout: 60_000 }

const WORKER = `
import { registerWorker } from '${compiledFile('src/index.ts')}'
const worker = registerWorker(undefined, { workerName: 'orders', otel: { serviceName: 'orders' } })
worker.registerFunction('orders::create', (_input, _metadata, { logger }) => {
  logger.info('created')
  return { status_code: 201, body: {} }
})
worker.registerTrigger({ type: 'http', function_id: 'orders::create', config: { api_path: '/orders', http_method: 'POST' } })
await worker.ready()
console.log('ready')`

test('`dev --otlp` sends the traces and logs of a service to a collector', limit, async () => {
  const collector = await otlpCollector()
  const { file } = await devProject(WORKER)
  const { child, httpUrl } = await startDev(file, [...FREE_PORTS, '--no-console', '--otlp', collector.url])
  await child.says(/^ready$/m)
  expect((await fetch(`${httpUrl}/orders`, { method: 'POST' })).status).toBe(201)
  const has = (path: string, text: string) =>
    collector.requests.some((it) => it.path === path && it.body.includes(text))
  await collector.received(() => has('/v1/traces', 'POST /orders') && has('/v1/traces', 'execute orders::create'))
  await collector.received(() => has('/v1/logs', 'created'))
  await child.stop('SIGTERM')
  expect(has('/v1/metrics', 'iii.invocations.total')).toBe(true)
})

test('`engine --otlp` shows the collector without credentials, and sends the headers', limit, async () => {
  const collector = await otlpCollector()
  const address = collector.url.replace('://', '://user:SECRET@')
  const args = [...FREE_PORTS, '--no-console', '--otlp', `${address}/base`, '--otlp-header', 'x-token: t']
  const { child } = await cliEngine(args)
  await child.stop('SIGTERM')
  expect(child.stdout).toContain(`otlp     ${collector.url}/base`)
  expect(child.stdout + child.stderr).not.toContain('SECRET')
  const [metrics] = collector.requests.filter(({ path }) => path === '/base/v1/metrics')
  expect(metrics?.headers).toMatchObject({
    'x-token': 't',
    authorization: `Basic ${Buffer.from('user:SECRET').toString('base64')}`,
    'content-type': 'application/x-protobuf',
  })
})
