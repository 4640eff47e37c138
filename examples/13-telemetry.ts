/**
 * Telemetry: handlers are traced and `Logger` lines belong to the span they were written in, without set-up. Metrics and
 * spans of one's own go through `worker.telemetry`.
 */
import { registerWorker } from 'iii-node'
import { withSpan } from 'iii-node/helpers/observability'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const kitchen = registerWorker(engine.url, { workerName: 'kitchen', otel: { serviceName: 'kitchen' } })
const brewed = kitchen.telemetry.meter?.createCounter('tea.cups')
kitchen.registerFunction('tea::brew', async ({ cups }: { cups: number }, _metadata, { logger }) => {
  await withSpan('boil water', {}, async (span) => {
    span.setAttribute('cups', cups)
  })
  brewed?.add(cups)
  logger.info('tea is ready', { cups })
  return 'enjoy'
})
await kitchen.ready()

const guest = registerWorker(engine.url, { workerName: 'guest', otel: { serviceName: 'guest' } })
guest.registerFunction('breakfast', (_payload, _metadata, { trigger }) =>
  trigger({ function_id: 'tea::brew', payload: { cups: 2 } }),
)
await guest.ready()
console.log(await guest.trigger({ function_id: 'breakfast', payload: {} }))

// Sends what has ended so far; shutting down does it as well.
await Promise.all([guest.shutdownAsync(), kitchen.shutdownAsync()])

const spans = engine.spans()
const depthOf = (span: (typeof spans)[number] | undefined): number => {
  if (span === undefined) return -1
  return 1 + depthOf(spans.find(({ spanId }) => spanId === span.parentSpanId))
}
for (const span of [...spans].sort((a, b) => depthOf(a) - depthOf(b))) {
  console.log(`${'  '.repeat(depthOf(span))}${span.name}`)
}
const [line] = engine.logs()
console.log('log:', line?.body, 'in the same trace:', line?.traceId === spans[0]?.traceId)
console.log('metric:', engine.metrics().find(({ name }) => name === 'tea.cups')?.value)

await engine.close()
