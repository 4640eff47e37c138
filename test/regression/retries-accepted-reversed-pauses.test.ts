import { expect, test } from 'vitest'
import { otlpTargets } from '../../src/wire/otlp/otlp-settings.js'
import { connectedRig } from '../kit/worker-rig.js'

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string }) as Error

test('a retry with the longer pause first, or without an upper limit of attempts, is refused', async () => {
  const { worker } = await connectedRig({ otel: { enabled: false } })
  const call = (retry: object) => worker.trigger({ function_id: 'f', payload: {}, retry })
  await expect(call({ backoff: '5s..1s' })).rejects.toThrow(invalid(/retry\.backoff must be .*the shorter one first/))
  await expect(call({ attempts: 0 })).rejects.toThrow(
    invalid(/retry\.attempts must be a whole number from 1 to 100, got 0/),
  )
})

test('the error of a call behind a slow interceptor shows whole milliseconds', async () => {
  const rig = await connectedRig({ otel: { enabled: false } })
  rig.worker.use({
    call: async (request, next) => {
      await rig.clock.advance(0.25)
      return next(request)
    },
  })
  const failed = rig.worker.trigger({ function_id: 'f', payload: {}, timeoutMs: 100 }).catch((error: unknown) => error)
  await rig.clock.advance(99.5)
  expect(String(await failed)).toMatch(/within 99 ms/)
})

test('a file that a variable names is named by the variable', () => {
  const variables = {
    OTEL_EXPORTER_OTLP_CERTIFICATE: '/no/such.pem',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://127.0.0.1:1',
  }
  expect(() => otlpTargets({}, variables, 'options')).toThrow(
    invalid(/such\.pem of OTEL_EXPORTER_OTLP_CERTIFICATE cannot be read/),
  )
})
