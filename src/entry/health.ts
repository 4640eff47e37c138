/** `iii-node/health`: probes and metrics of a worker over HTTP. */
export { healthHandlers, serveHealth } from '../sdk/worker/health/serve-health.js'
export type { HealthHandler, HealthHandlers, HealthServer, ProbedWorker } from '../sdk/worker/health/serve-health.js'
export type { MeasuredWorker } from '../sdk/worker/health/worker-metrics.js'
export type { HealthOptions, ReadinessOptions } from '../sdk/worker/health/health-options.js'
