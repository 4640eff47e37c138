import { expect, test, vi } from 'vitest'
import { registerWorker, type InitOptions } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

/** Runs one function under the environment of the test; gives what its engine has received. */
async function traced(options: Omit<InitOptions, 'otel'> = {}) {
  const engine = await createTestEngine()
  const worker = registerWorker(engine.url, options)
  worker.registerFunction('f', (_input, _meta, { logger }) => {
    logger.info('line')
  })
  await worker.ready()
  await engine.call('f')
  await worker.shutdown()
  await engine.close()
  return { spans: engine.spans(), logs: engine.logs() }
}

test.each([
  [{ workerName: 'orders' }, {}, 'orders'],
  [{ metadata: { name: 'stock' } }, {}, 'stock'],
  [{}, { III_WORKER_NAME: 'from-variable' }, 'from-variable'],
  [{ workerName: 'orders' }, { OTEL_SERVICE_NAME: 'shop' }, 'shop'],
  [{}, {}, 'iii-node'],
])('a worker with %j and %j sends its spans and logs as %s', async (options, variables, name) => {
  vi.stubEnv('OTEL_SERVICE_NAME', undefined)
  vi.stubEnv('III_WORKER_NAME', undefined)
  for (const [variable, text] of Object.entries(variables)) vi.stubEnv(variable, text)
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'team=checkout')
  const { spans, logs } = await traced(options)
  const resource = { 'service.name': name, team: 'checkout' }
  expect(spans).toMatchObject([{ name: 'execute f', resource }])
  expect(logs).toMatchObject([{ body: 'line', resource }])
})

test('OTEL_TRACES_SAMPLER=always_off records no span and keeps the logs', async () => {
  vi.stubEnv('OTEL_TRACES_SAMPLER', 'always_off')
  const { spans, logs } = await traced()
  expect([spans.length, logs.length]).toEqual([0, 1])
})

test('OTEL_SDK_DISABLED=true sends nothing', async () => {
  vi.stubEnv('OTEL_SDK_DISABLED', 'true')
  const line = vi.spyOn(console, 'info').mockReturnValue()
  expect(await traced()).toEqual({ spans: [], logs: [] })
  expect(line).toHaveBeenCalledWith('line', undefined)
})
