/**
 * The local engine with its console, and one trace of many spans. `log` adds log records as a worker sends them, at most
 * as many as the engine keeps: the page keeps more.
 */
import { once } from 'node:events'
import { createTestEngine } from 'iii-node/testing'
import { WebSocket } from 'ws'
import { serveCommands } from './commands.js'

/** Items in a frame: a full batch of a worker. */
const BATCH = 500
/** Spans below each span. */
const CHILDREN = 9
const TRACE = '0af7651916cd43dd8448eb211c80319c'

const [count = '100000'] = process.argv.slice(2)
const total = Number(count)
const startedNs = BigInt(Date.now() - 60_000) * 1_000_000n

const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
const hex = (at: number): string => (at + 1).toString(16).padStart(16, '0')

function spanAt(at: number): object {
  const start = startedNs + BigInt(at) * 100_000n
  const hasFailed = at % 97 === 96
  return {
    traceId: TRACE,
    spanId: hex(at),
    ...(at > 0 && { parentSpanId: hex(Math.floor((at - 1) / CHILDREN)) }),
    name: `execute orders::step${String(at % 40)}`,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(at === 0 ? total * 100_000 : 2_000_000 + (at % 7) * 1_000_000)),
    status: hasFailed ? { code: 2, message: `There is no price for article ${String(at)}` } : { code: 1 },
  }
}

function logAt(at: number): object {
  return {
    timeUnixNano: String(startedNs + BigInt(at) * 500_000n),
    severityNumber: at % 97 === 96 ? 17 : 9,
    severityText: at % 97 === 96 ? 'ERROR' : 'INFO',
    body: { stringValue: `Order ${String(at)} received from a customer in London` },
    attributes: [{ key: 'sku', value: { stringValue: `article-${String(at % 1_000)}` } }],
  }
}

const engine = await createTestEngine({
  maxFrames: 0,
  builtins: { 'iii-observability': { memory_max_spans: total, logs_max_count: total } },
})
const socket = new WebSocket(engine.url)
await once(socket, 'open')
const scope = { name: 'bench' }

async function send(from: number, to: number, frameOf: (at: readonly number[]) => string): Promise<void> {
  for (let first = from; first < to; first += BATCH) {
    socket.send(Buffer.from(frameOf(Array.from({ length: Math.min(BATCH, to - first) }, (_, index) => first + index))))
  }
  // The answer follows all frames that were sent before.
  socket.ping()
  await once(socket, 'pong')
}

await send(0, total, (at) => {
  const spans = { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: at.map(spanAt) }] }] }
  return `OTLP${JSON.stringify(spans)}`
})
const url = await engine.openConsole()
let logged = 0
serveCommands({
  url: () => url,
  trace: () => TRACE,
  async log(count: number) {
    await send(logged, logged + count, (at) => {
      const logs = { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: at.map(logAt) }] }] }
      return `LOGS${JSON.stringify(logs)}`
    })
    logged += count
  },
})
