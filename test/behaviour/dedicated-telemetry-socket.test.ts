import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test('a dedicated telemetry socket connects to /otel with the worker’s headers, and closes with the worker', async () => {
  const rig = await connectedRig({
    headers: { authorization: 'Bearer t' },
    otel: { enabled: true, transport: 'dedicated', fetchInstrumentationEnabled: false, metricsEnabled: false },
  })
  expect(rig.engine.links.map(({ headers }) => headers)).toEqual([
    { authorization: 'Bearer t' },
    { authorization: 'Bearer t' },
  ])
  const [main, telemetry] = rig.engine.links
  expect(main!.summary).toEqual(['invokefunction engine::workers::register'])
  expect(telemetry!.summary).toEqual([])
  rig.worker.telemetry.tracer!.startSpan('s').end()
  const ended = rig.worker.shutdownAsync()
  await rig.clock.advance(2_000)
  expect(await ended).toMatchObject({ droppedTelemetry: 0 })
  expect(rig.engine.links.every(({ closed }) => closed !== undefined)).toBe(true)
  expect(rig.clock.pendingTimers).toBe(0)
})
