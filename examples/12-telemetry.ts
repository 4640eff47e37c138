/**
 * Telemetry: handlers are traced across workers without set-up, and log lines carry the ids of their span. Custom spans
 * and metrics are added where they happen.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { registerWorker } from 'iii-node'
import { withSpan } from 'iii-node/helpers/observability'

const stock = registerWorker(undefined, { workerName: 'stock' })
const reserved = stock.telemetry.meter?.createCounter('stock.reserved')
stock.registerFunction('stock::reserve', async ({ count }: { count: number }, _metadata, { logger }) => {
  await withSpan('lock rows', {}, async (span) => {
    span.setAttribute('count', count)
    await wait(20)
  })
  reserved?.add(count)
  logger.info('reserved', { count })
  return 'reserved'
})
const orders = registerWorker(undefined, { workerName: 'orders' })
orders.registerFunction('orders::create', (order: object, _metadata, { trigger }) =>
  trigger({ function_id: 'stock::reserve', payload: order }),
)
await Promise.all([stock.ready(), orders.ready()])

await orders.trigger({ function_id: 'orders::create', payload: { count: 2 } })
// Spans are exported in batches; `flush` sends them now. `shutdownAsync` does this as well.
await Promise.all([orders.telemetry.flush(), stock.telemetry.flush()])

// The engine lists what it has received.
interface Span {
  readonly trace_id: string
  readonly name: string
  readonly service_name: string
  readonly children: readonly Span[]
}
const query = <TResult>(function_id: string, payload: object): Promise<TResult> =>
  orders.trigger<object, TResult>({ function_id, payload })
function print({ name, service_name, children }: Span, indent = ''): void {
  console.log(`${indent}${name} (${service_name})`)
  for (const child of children) print(child, `${indent}  `)
}

const listed = { name: 'orders::create', search_all_spans: true, sort_order: 'desc', limit: 1 }
const { spans } = await query<{ spans: readonly Span[] }>('engine::traces::list', listed)
const trace = { trace_id: spans[0]?.trace_id }
const { roots } = await query<{ roots: readonly Span[] }>('engine::traces::tree', trace)
for (const root of roots) print(root)
type LogRecord = { readonly body: string; readonly attributes: Readonly<Record<string, unknown>> }
const { logs } = await query<{ logs: readonly LogRecord[] }>('engine::logs::list', trace)
for (const { body, attributes } of logs) console.log('log line of this trace:', body, attributes['log.data'])
type Metric = { readonly data_points: readonly { readonly value: number }[] }
const metric = { metric_name: 'stock.reserved' }
const { sdk_metrics } = await query<{ sdk_metrics: readonly Metric[] }>('engine::metrics::list', metric)
console.log('stock.reserved:', sdk_metrics.at(-1)?.data_points[0]?.value)

await Promise.all([orders.shutdownAsync(), stock.shutdownAsync()])
