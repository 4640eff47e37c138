/**
 * A process that is the engine, the server or the client of a soak, and weighs itself. The client makes calls, jobs,
 * writes of state and streams, channels and HTTP requests without end, and checks what it gets: a failure is counted, a
 * wrong or lost answer is reported. Told what to do in JSON, a line each.
 */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChannelReader } from '../../../src/sdk/channel/reader.js'
import { engineConfigOf } from '../../../src/engine/config/config.js'
import { startEngine } from '../../../src/engine/engine.js'
import { registerWorker, TriggerAction, type III } from '../../../src/index.js'
import { collectGarbage } from '../process-watch.js'

const QUEUE = 'soak'
const HOST = '127.0.0.1'
const CHANNEL_BYTES = 512 * 1024
const KEYS = 16
/** Between two pieces of work of a kind. */
const PAUSE_MS = 4
const PAUSE_AFTER_FAILURE_MS = 50
const CALL_LIMIT_MS = 5_000

interface Given {
  readonly url: string
  readonly httpUrl: string
}

let worker!: III
let isOver = false
let working: Promise<unknown> = Promise.resolve()
/** Jobs that ran, by their number. */
const ran = new Uint8Array(1_000_000)
/** Jobs the engine has acknowledged. */
const acknowledged: number[] = []
const done: Record<string, number> = {}
const failed: Record<string, number> = {}
const problems: string[] = []

function count(of: Record<string, number>, kind: string): void {
  of[kind] = (of[kind] ?? 0) + 1
}

function wrong(what: string): void {
  if (problems.length < 20) problems.push(what)
}

function connect(url: string, workerName: string): III {
  return registerWorker(url, {
    workerName,
    diagnostics: 'silent',
    otel: { enabled: false },
    invocationTimeoutMs: CALL_LIMIT_MS,
    reconnectionConfig: { initialDelayMs: 20, maxDelayMs: 200 },
  })
}

async function serve({ url }: Given): Promise<void> {
  worker = connect(url, 'soak-server')
  worker.registerFunction('soak::echo', ({ n }: { n: number }) => ({ n }))
  worker.registerFunction('soak::job', ({ n }: { n: number }) => void (ran[n] = 1))
  worker.registerFunction('soak::http', ({ path_params }: { path_params: { n: string } }) => ({
    status_code: 200,
    body: { n: Number(path_params.n) },
  }))
  worker.registerFunction('soak::digest', async ({ file }: { file: ChannelReader }) => {
    const hash = createHash('sha256')
    for await (const chunk of file) hash.update(chunk)
    return hash.digest('hex')
  })
  worker.registerTrigger({
    type: 'http',
    function_id: 'soak::http',
    config: { api_path: '/soak/:n', http_method: 'GET' },
  })
  await worker.ready()
}

/** One piece of work of each kind; throws where the link or the server was away. */
const kinds: Record<string, (n: number, given: Given) => Promise<void>> = {
  calls: async (n) => {
    const answer = await worker.trigger<object, { n: number }>({ function_id: 'soak::echo', payload: { n } })
    if (answer.n !== n) wrong(`call ${String(n)} was answered with ${String(answer.n)}`)
  },
  jobs: async (n) => {
    await worker.trigger({ function_id: 'soak::job', payload: { n }, action: TriggerAction.Enqueue({ queue: QUEUE }) })
    acknowledged.push(n)
  },
  state: async (n) => {
    const at = { scope: 'soak', key: String(n % KEYS) }
    await worker.trigger({ function_id: 'state::set', payload: { ...at, value: n } })
    const value = await worker.trigger<object, number>({ function_id: 'state::get', payload: at })
    if (value !== n) wrong(`state ${String(n)} came back as ${String(value)}`)
  },
  streams: async (n) => {
    const at = { stream_name: 'soak', group_id: 'all', item_id: String(n % KEYS) }
    await worker.trigger({ function_id: 'stream::set', payload: { ...at, data: { n } } })
    const item = await worker.trigger<object, { n: number }>({ function_id: 'stream::get', payload: at })
    if (item.n !== n) wrong(`stream item ${String(n)} came back as ${JSON.stringify(item)}`)
  },
  channels: async (n) => {
    const bytes = Buffer.alloc(CHANNEL_BYTES, n % 251)
    const { writer, readerRef } = await worker.channels.create()
    const digest = worker.trigger<object, string>({ function_id: 'soak::digest', payload: { file: readerRef } })
    digest.catch(() => undefined)
    try {
      await writer.pipeFrom([bytes])
    } finally {
      writer.stream.destroy()
    }
    if ((await digest) !== createHash('sha256').update(bytes).digest('hex')) throw new Error('a part arrived')
  },
  http: async (n, { httpUrl }) => {
    const response = await fetch(`${httpUrl}/soak/${String(n)}`)
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    if (text !== `{"n":${String(n)}}`) wrong(`HTTP request ${String(n)} was answered with ${text}`)
  },
}

async function keepOn(kind: string, given: Given): Promise<void> {
  for (let n = 0; !isOver && n < ran.length; n += 1) {
    const isDone = await kinds[kind]!(n, given).then(
      () => true,
      () => false,
    )
    count(isDone ? done : failed, kind)
    await delay(isDone ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS)
  }
}

const commands: Record<string, (given: Given) => unknown> = {
  engine: async () => {
    const address = { host: HOST, port: 0 }
    const workers = [
      { name: 'iii-worker-manager', config: address },
      { name: 'iii-http', config: address },
      { name: 'iii-stream', config: address },
      { name: 'iii-state' },
      // Full within the first minute, so that what is kept of it does not count as growth.
      { name: 'iii-observability', config: { memory_max_spans: 500 } },
      {
        name: 'iii-queue',
        config: { queue_configs: { [QUEUE]: { type: 'standard', max_retries: 20, backoff_ms: 20 } } },
      },
    ]
    const { url, httpUrl } = await startEngine(engineConfigOf({ workers }))
    return { url, httpUrl }
  },
  serve,
  work: async (given) => {
    worker = connect(given.url, 'soak-client')
    await worker.ready()
    working = Promise.all(Object.keys(kinds).map((kind) => keepOn(kind, given)))
  },
  /** Resolves once what is under way has ended. */
  stop: async () => {
    isOver = true
    await working
    return { done, failed, problems, acknowledged }
  },
  lost: (given) => (given as unknown as { jobs: number[] }).jobs.filter((n) => ran[n] !== 1),
  weigh: async () => {
    await collectGarbage()
    const { rss, heapUsed } = process.memoryUsage()
    return { rssBytes: rss, heapBytes: heapUsed, descriptors: readdirSync('/dev/fd').length }
  },
}

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, do: name, with: given } = JSON.parse(line) as { id: number; do: string; with: Given }
    void (async () => commands[name]?.(given))().then(
      (ok) => say({ id, ok: ok ?? null }),
      (error: unknown) => say({ id, failed: { message: String(error) } }),
    )
  })
  .on('close', () => process.exit())
say({ event: 'started' })
