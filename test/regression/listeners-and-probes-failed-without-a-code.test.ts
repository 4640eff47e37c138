import { expect, onTestFinished, test, vi } from 'vitest'
import { serveHealth } from '../../src/entry/health.js'
import { startEngine } from '../../src/entry/local-engine.js'
import { InvocationError } from '../../src/errors.js'
import { registerWorker } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

/** Reserved for documentation, so no machine has it. */
const ELSEWHERE = '192.0.2.1'

test('an address that cannot be opened has a code, and says what to use', async () => {
  const engine = await testEngine({ ports: false })
  const failed = {
    code: 'LISTEN_FAILED',
    message: expect.stringMatching(/192\.0\.2\.1 cannot be opened: .*Use one/) as unknown,
  }
  await expect(serveHealth(engine.connect(), { port: 0, host: ELSEWHERE })).rejects.toMatchObject(failed)
  const ports = { port: 0, httpPort: 0, streamPort: 0 }
  await expect(startEngine({ ...ports, host: ELSEWHERE })).rejects.toMatchObject(failed)
})

test('an empty host of probes does not open them to all addresses', async () => {
  const engine = await testEngine({ ports: false })
  const invalid = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('host must be a host name') as unknown }
  await expect(serveHealth(engine.connect(), { port: 0, host: '' })).rejects.toMatchObject(invalid)
})

test.each(['nine', '127.0.0.1:', '-1', 'host:99999', '1e3'])('III_HEALTH_PORT=%s names the variable', (given) => {
  vi.stubEnv('III_HEALTH_PORT', given)
  onTestFinished(() => void vi.unstubAllEnvs())
  const message = expect.stringMatching(/^III_HEALTH_PORT must be a port/) as unknown
  expect(() => registerWorker('ws://127.0.0.1:1')).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message }) as Error,
  )
})

test('error codes that never repeat do not add a metric each', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: false } })
  const { url, close } = await serveHealth(worker, { port: 0 }).then((health) => ({
    url: health.url,
    close: () => health.close(),
  }))
  onTestFinished(close)
  let count = 0
  worker.registerFunction('f', () => {
    throw new InvocationError({ code: `E${String((count += 1))}`, message: 'no' })
  })
  await worker.ready()
  await Promise.allSettled(Array.from({ length: 150 }, () => worker.trigger({ function_id: 'f', payload: {} })))
  const text = await fetch(`${url}/metrics`, { headers: { connection: 'close' } }).then((response) => response.text())
  expect(text.match(/^iii_worker_invocation_results_total\{/gm)).toHaveLength(101)
  expect(text).toContain('iii_worker_invocation_results_total{function_id="f",code="other"} 50')
})
