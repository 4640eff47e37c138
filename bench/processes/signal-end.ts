/**
 * This package with one telemetry signal beside spans. Spans are always enabled, since all other signals refer to them;
 * the difference is the cost of the signal.
 */
import { env } from 'node:process'
import { Logger, registerWorker } from 'iii-node'
import { createChannel } from 'iii-node/helpers'
import { echo, type End } from './side.js'
import { workerEnd } from './worker-end.js'

export type Signal = 'spans' | 'payloads' | 'metrics' | 'logs'

/** Short enough to occur several times per round. */
const METRICS_INTERVAL_MS = 500

export async function signalEnd(url: string, signal: Signal): Promise<End> {
  // Read when the worker starts.
  if (signal !== 'payloads') env['III_DISABLE_TRACE_PAYLOADS'] = '1'
  const worker = registerWorker(url, {
    workerName: `bench-ours-${signal}-${process.pid}`,
    otel: {
      metricsEnabled: signal === 'metrics',
      metricsExportIntervalMs: METRICS_INTERVAL_MS,
      logsEnabled: signal === 'logs',
    },
    enableMetricsReporting: signal === 'metrics',
  })
  const served = worker.telemetry.meter?.createCounter('bench.served')
  const logger = new Logger()
  const handlers: Readonly<Record<Signal, (data: unknown) => Promise<unknown>>> = {
    spans: echo,
    payloads: echo,
    async metrics(data) {
      served?.add(1)
      return data
    },
    async logs(data) {
      logger.info('served')
      return data
    },
  }
  const end = workerEnd(worker, createChannel)
  return { ...end, serve: (id) => end.serve(id, handlers[signal]) }
}
