import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker } from 'iii-node'
import { startEngine, type EngineEvent, type StartedEngine, type StartEngineOptions } from 'iii-node/local-engine'
import { temporaryFolder } from '../kit/temporary-folder.js'

const FREE = { port: 0, httpPort: 0, streamPort: 0 }

async function started(options: StartEngineOptions): Promise<StartedEngine> {
  const engine = await startEngine(options)
  onTestFinished(() => engine.close())
  return engine
}

test('starts an engine that workers and HTTP requests reach, and reports what fails', async () => {
  const events: EngineEvent[] = []
  const engine = await started({ ...FREE, onEvent: (event) => void events.push(event) })
  const worker = registerWorker(engine.url, { otel: { enabled: false }, diagnostics: 'silent' })
  worker.registerFunction('hello', () => ({ status_code: 200, body: 'hello' }))
  worker.registerFunction('fails', () => Promise.reject(new Error('broken')))
  worker.registerTrigger({ type: 'http', function_id: 'hello', config: { api_path: '/hello' } })
  await worker.ready()
  expect(await (await fetch(`${engine.httpUrl ?? ''}/hello`)).text()).toContain('hello')
  await worker.trigger({ function_id: 'fails', payload: {} }).catch(() => undefined)
  expect(events).toMatchObject([
    { kind: 'request_served', path: '/hello', functionId: 'hello', status: 200 },
    { kind: 'invocation_failed', functionId: 'fails', error: { message: 'broken' } },
  ])
  expect(engine.stats().sessions).toBe(1)
  await worker.shutdown()
})

test('keeps values in its folder from one start to the next', async () => {
  const dataFolder = await temporaryFolder()
  const at = { scope: 'a', key: 'b' }
  for (const expected of [null, 5]) {
    const engine = await startEngine({ ...FREE, dataFolder })
    const worker = registerWorker(engine.url, { otel: { enabled: false } })
    await worker.ready()
    expect((await worker.trigger({ function_id: 'state::get', payload: at })) ?? null).toBe(expected)
    await worker.trigger({ function_id: 'state::set', payload: { ...at, value: 5 } })
    await worker.shutdown()
    await engine.close()
  }
})

test('reads a configuration file', async () => {
  const config = join(await temporaryFolder(), 'iii.config.yaml')
  await writeFile(config, 'workers:\n  - name: iii-worker-manager\n    config: { host: 127.0.0.1, port: 0 }\n')
  const engine = await started({ config })
  expect(engine.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/)
  expect(engine.httpUrl).toBeUndefined()
})

test.each<[string, unknown, RegExp]>([
  ['no object', 5, /^options must be an object/],
  ['an unknown option', { ...FREE, htpPort: 1 }, /no option 'htpPort'; did you mean 'httpPort'\?/],
  ['a port that is none', { ...FREE, port: '1' }, /^port must be a port from 0 to 65535/],
  ['an origin that is none', { ...FREE, allowedOrigins: ['example'] }, /^allowedOrigins must be/],
  ['an empty folder', { ...FREE, dataFolder: ' ' }, /^dataFolder must be a folder/],
  ['a file beside other settings', { port: 0, config: 'a.yaml' }, /^port must be left out beside `config`/],
  ['a file that is not there', { config: 'absent.yaml' }, /^The configuration absent\.yaml cannot be read/],
])('refuses %s', async (_what, options, message) => {
  await expect(startEngine(options as StartEngineOptions)).rejects.toMatchObject({
    code: expect.stringMatching(/^INVALID_(ARGUMENT|CONFIG)$/) as string,
    message: expect.stringMatching(message) as string,
  })
})

test('a port in use is an error, and nothing stays open', async () => {
  const engine = await started(FREE)
  const port = Number(new URL(engine.url).port)
  await expect(startEngine({ ...FREE, port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
})
