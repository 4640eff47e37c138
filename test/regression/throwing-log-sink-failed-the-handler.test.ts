import { expect, onTestFinished, test, vi } from 'vitest'
import { Logger } from '../../src/sdk/telemetry/logs/logger.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { connectedRig } from '../kit/worker-rig.js'

nothingEscapes()

test('a line that a sink fails to write, at once or later, is lost and the call succeeds', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const full = new Error('the disk is full')
  const write = (): never => {
    throw full
  }
  Logger.setSink({ debug: write, info: write, warn: write, error: () => Promise.reject(full) as never })
  onTestFinished(() => Logger.setSink(undefined))
  const rig = await connectedRig({ otel: { enabled: false } })
  rig.worker.registerFunction('logs', (_data, _metadata, { logger }) => {
    logger.error('line')
    logger.info('line')
    return 'done'
  })
  const invoked = rig.link.invoke('logs')
  await rig.settle()

  expect(rig.link.resultOf(invoked)).toMatchObject({ result: 'done' })
  expect(warned.mock.calls).toEqual([[expect.stringContaining('the disk is full')]])
})
