/** Creates a test engine: the local engine with its clock and control over every connection. */
import { connectEngine } from '../bridge/connect-engine.js'
import { startEngine } from '../engine/engine.js'
import { systemClock } from '../std/time/clock.js'
import { silentLog } from '../std/log.js'
import { VirtualClock } from '../std/time/virtual-clock.js'
import { InProcessEngine } from './in-process-engine.js'
import { TelemetryCapture } from './telemetry-capture.js'
import type { TestEngine } from './test-engine.js'
import { resolveTestOptions, type TestEngineOptions } from './test-engine-options.js'
import { WorkerLinks } from './worker-links.js'

/**
 * Starts an engine for tests. Engines in one process are independent; `close` releases all
 * resources.
 * @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_CONFIG` naming the invalid option.
 * @example
 * const engine = await createTestEngine()
 * const worker = engine.connect()
 * worker.registerFunction('double', ({ n }) => n * 2)
 * await worker.ready()
 * await engine.call('double', { n: 21 }) // 42
 * await engine.close()
 */
export async function createTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const {
    config,
    opensPorts,
    isVirtual,
    startTime,
    latencyMs,
    maxFrames,
    quirks,
    log = silentLog,
  } = resolveTestOptions(options)
  const virtualClock = isVirtual ? new VirtualClock(startTime?.getTime()) : undefined
  const clock = virtualClock ?? systemClock
  const telemetry = new TelemetryCapture(log)
  const links = new WorkerLinks({ clock, latencyMs, maxFrames, takeTelemetry: telemetry.take })
  const engine = await startEngine(config, { clock, opensPorts, log, quirks, onUpgrade: links.enter, connectEngine })
  return new InProcessEngine({ engine, clock, virtualClock, links, telemetry })
}
