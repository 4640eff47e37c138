/** Telemetry that a collector had not accepted when its sender ended was counted, but no message gave the number. */
import { expect, test, vi } from 'vitest'
import { createTestEngine } from 'iii-node/testing'
import { OtlpSink } from '../../src/sdk/telemetry/export/otlp-sink.js'
import { systemClock } from '../../src/std/time/clock.js'
import { otlpTargets } from '../../src/wire/otlp/otlp-settings.js'
import { otlpCollector } from '../kit/otlp-collector.js'
import { seededRandom } from '../kit/seeded-random.js'
import { spanFrame } from '../kit/telemetry-frames.js'

async function hangingCollector(): Promise<string> {
  const collector = await otlpCollector()
  collector.respond = () => undefined
  return collector.url
}

test('a worker reports once how much it lost', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const targets = otlpTargets({ endpoint: await hangingCollector(), protocol: 'http/json' }, {}, 'options')
  const sink = new OtlpSink({ clock: systemClock, random: seededRandom(1), targets, maxFrames: 10 })
  sink.send(spanFrame([{ name: 'a' }, { name: 'b' }]), 2)
  await Promise.all([sink.close(50), sink.close(50)])
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^2 spans, .* were lost at the end.* within 50 ms/)]])
  expect(sink.dropped).toBe(2)
})

test('an engine logs how much it lost', async () => {
  const lines: [fields: object, message: string][] = []
  const write = (fields: object, message: string): void => void lines.push([fields, message])
  const engine = await createTestEngine({
    ports: false,
    builtins: { 'iii-observability': { exporter: 'otlp', endpoint: await hangingCollector(), metrics_enabled: false } },
    log: { debug: write, info: write, warn: write, error: write },
  })
  await engine.call('engine::log::info', { message: 'by hand' })
  await engine.close()
  const { dropped, failed } = engine.stats().exported
  expect(lines).toContainEqual([{ lost: dropped + failed }, expect.stringContaining('Telemetry was lost at the end')])
})
