/**
 * A worker in a process of its own that holds one kind of handle open and drains on SIGTERM. Reports when the handle is
 * open, and how its shutdown went.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { http } from '../../../src/entry/helpers/http.js'
import { installSignalHandlers, registerWorker } from '../../../src/index.js'

const [url = '', kind = '', drainTimeoutMs = '0'] = process.argv.slice(2)

function say(event: string, facts: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`)
}

const worker = registerWorker(url, { workerName: kind, otel: { enabled: false }, diagnostics: 'silent' })
let signals = 0
installSignalHandlers(worker, {
  drainTimeoutMs: Number(drainTimeoutMs),
  onShutdown: (report) => say('over', { ...report, signals }),
})

const open: Readonly<Record<string, () => Promise<void>>> = {
  async writer() {
    const { writer } = await worker.channels.create()
    await writer.write('first')
  },
  async reader() {
    const { reader } = await worker.channels.create()
    void reader.read().catch(() => undefined)
  },
  async 'closing writer'() {
    const { writer } = await worker.channels.create(1)
    // No reader takes it, so the closing handshake does not end.
    for (let count = 0; count < 8; count += 1) void writer.write(new Uint8Array(4 * 1024 * 1024))
    void writer.close()
  },
  async response() {
    worker.registerFunction(
      'stream',
      http(async (_req, res, { signal }) => {
        signal.addEventListener('abort', () => (signals += 1))
        res.status(200)
        res.stream.write('first')
        say('streaming')
      }),
    )
    worker.registerTrigger({ type: 'http', function_id: 'stream', config: { api_path: 'stream', http_method: 'GET' } })
  },
  async subscription() {
    worker.onFunctionsAvailable(() => undefined)
    worker.onConnectionStateChange(() => undefined)
    worker.registerFunction('received', () => undefined)
    worker.registerTrigger({ type: 'subscribe', function_id: 'received', config: { topic: 'news' } })
  },
  async provider() {
    const timers = new Map<string, NodeJS.Timeout>()
    const handler = {
      registerTrigger: async ({ id }: { id: string }) =>
        void timers.set(
          id,
          setInterval(() => undefined, 50),
        ),
      unregisterTrigger: async ({ id }: { id: string }) => clearInterval(timers.get(id)),
    }
    worker.registerTriggerType('tick', 'Fires now and then', handler)
    worker.registerFunction('ticked', () => undefined)
    worker.registerTrigger({ type: 'tick', function_id: 'ticked', config: {} })
    await worker.ready()
    while (timers.size === 0) await delay(5)
  },
  async 'handler with a timer'() {
    worker.registerFunction('waits', async (_data, _metadata, { signal }) => {
      signal.addEventListener('abort', () => (signals += 1))
      await delay(600_000)
    })
    await worker.ready()
    void worker.trigger({ function_id: 'waits', payload: {} }).catch(() => undefined)
    while (worker.stats().runningInvocations === 0) await delay(5)
  },
}
await worker.ready({ timeoutMs: 20_000 })
await open[kind]?.()
await worker.ready({ timeoutMs: 20_000 })
say('open')
