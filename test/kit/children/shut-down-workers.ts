/**
 * A process that brings workers into one state, shuts all of them down, says how long the slowest took, and then has
 * nothing left to do: it must end by itself.
 */
import { registerWorker, type III } from '../../../src/index.js'

const [state = '', url = '', count = '0'] = process.argv.slice(2)

const options = {
  diagnostics: 'silent',
  ...(process.env['WITH_TELEMETRY'] === undefined ? { otel: { enabled: false } } : {}),
  reconnectionConfig: { initialDelayMs: 60_000, jitterFactor: 0, maxRetries: state === 'failed' ? 0 : -1 },
} as const

/** States that a worker reaches before its end begins. */
const reached: Record<string, string> = {
  idle: 'disconnected',
  connecting: 'connecting',
  connected: 'connected',
  reconnecting: 'reconnecting',
  failed: 'failed',
  closing: 'connected',
  draining: 'connected',
}

async function brought(worker: III): Promise<III> {
  if (state === 'draining') worker.registerFunction('endless', () => new Promise(() => undefined))
  while (worker.getConnectionState() !== reached[state]) await new Promise((resolve) => setTimeout(resolve, 5))
  while (state === 'draining' && worker.stats().runningInvocations === 0)
    await new Promise((resolve) => setTimeout(resolve, 5))
  return worker
}

async function timed(worker: III): Promise<number> {
  // A call that waits, with its timer, must not hold the process either.
  worker.trigger({ function_id: 'never', payload: {}, timeoutMs: 600_000 }).catch(() => undefined)
  if (state === 'closing') void worker.shutdown()
  const startedAt = performance.now()
  await (state === 'draining' ? worker.shutdownAsync({ drainTimeoutMs: 200 }) : worker.shutdown())
  return performance.now() - startedAt
}

const workers = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    brought(registerWorker(url, { ...options, workerName: `w${index}`, autoConnect: state !== 'idle' })),
  ),
)
const times = await Promise.all(workers.map(timed))
// What was imported lazily may still be at work on its files for a moment.
process.stdout.write(
  `${JSON.stringify({ slowestMs: Math.max(...times), states: [...new Set(workers.map((worker) => worker.getConnectionState()))] })}\n`,
)
if (process.env['LEAVE_A_TIMER'] !== undefined) setTimeout(() => undefined, 60_000)
