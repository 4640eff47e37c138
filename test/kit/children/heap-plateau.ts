/**
 * A process in which workers and an engine live through kinds of work, one after the other, and which says of each how
 * much more it holds after it than before, and what both ends count. Started with `--expose-gc`; each argument is a kind
 * and how often, as in `calls=1000`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { TriggerAction } from '../../../src/index.js'
import { defaultEngineConfig } from '../../../src/engine/config/config.js'
import { startEngine } from '../../../src/engine/engine.js'
import { systemClock, type LoopClock } from '../../../src/std/time/clock.js'
import { systemRandom } from '../../../src/std/random.js'
import { dialWebSocket } from '../../../src/wire/transport/ws-dial.js'
import { resolveOptions } from '../../../src/sdk/worker/options/options.js'
import { Worker } from '../../../src/sdk/worker/worker.js'
import type { Dial, Transport } from '../../../src/wire/transport/transport.js'

/** What the engine sweeps up each minute is gone sooner. */
const clock: LoopClock = {
  ...systemClock,
  after: (delayMs, callback, kind) => systemClock.after(delayMs === 60_000 ? 50 : delayMs, callback, kind),
}
const engine = await startEngine(defaultEngineConfig({ port: 0, httpPort: 0, streamPort: 0 }), { clock })

function connect(workerName: string, dial = dialWebSocket): Worker {
  const options = resolveOptions(engine.url, {
    workerName,
    diagnostics: 'silent',
    otel: { enabled: false },
    reconnectionConfig: { initialDelayMs: 1, maxDelayMs: 1, jitterFactor: 0 },
  })
  return new Worker(options, { dial, clock: systemClock, random: systemRandom })
}

let callersLink: Transport | undefined
const dialNoted: Dial = (url, options, events) => {
  const transport = dialWebSocket(url, options, events)
  if (!url.includes('/channels/')) callersLink = transport
  return transport
}
const [server, caller] = [connect('server'), connect('caller', dialNoted)]
const held: (() => void)[] = []
server.registerFunction('echo', (data: unknown) => data)
server.registerFunction('fails', () => Promise.reject(new Error('no')))
server.registerFunction('held', () => new Promise<void>((resolve) => held.push(resolve)))
await Promise.all([server.ready(), caller.ready()])

const nothing = (): void => undefined

/** Runs something so many times, some at once. */
async function times(total: number, atOnce: number, each: (index: number) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < total; done += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, total - done) }, (_, index) => each(done + index))
    await Promise.all(batch.map((one) => one.catch(nothing)))
  }
}

/** Makes calls, aborts them, then lets their handlers finish, so that all results arrive late. */
async function timesHeld(total: number, each: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < total; done += 100) {
    await times(100, 100, each)
    await caller.ready()
    await server.ready()
    for (const end of held.splice(0)) end()
    await server.ready()
  }
}

const provider = { registerTrigger: () => Promise.resolve(), unregisterTrigger: () => Promise.resolve() }
const forever = new AbortController()

async function register(index: number): Promise<void> {
  const fn = caller.registerFunction(`f${index}`, () => index)
  const type = server.registerTriggerType(`t${index % 7}`, '', provider)
  const trigger = caller.registerTrigger({ type: `t${index % 7}`, function_id: fn.id, config: { index } })
  const off = caller.onConnectionStateChange(nothing)
  if (index % 100 === 0) await Promise.all([server.ready(), caller.ready()])
  off()
  trigger.unregister()
  fn.unregister()
  type.unregister()
}

async function refused(index: number): Promise<void> {
  try {
    caller.registerFunction('f', 5 as never)
  } catch {
    // Refused here; the trigger is refused by the engine.
  }
  const trigger = caller.registerTrigger({ type: 'cron', function_id: 'f', config: { expression: 'never' } })
  if (index % 50 === 0) await caller.ready({ allowRefused: true })
  trigger.unregister()
}

/** Kinds of work, each of which ends everything it began. */
const works: Record<string, (total: number) => Promise<void>> = {
  calls: (total) =>
    times(total, 250, (index) =>
      index % 10 === 0
        ? caller.trigger({ function_id: 'echo', payload: index, action: TriggerAction.Void() })
        : caller.trigger({ function_id: 'echo', payload: { index }, signal: forever.signal }),
    ),
  registrations: (total) => times(total, 1, register),
  channels: (total) =>
    times(total, 20, async () => {
      const { writer, reader } = await caller.channels.create()
      await Promise.all([writer.pipeFrom(['some', 'bytes']), reader.readAll()])
    }),
  'failed calls': (total) => times(total, 100, () => caller.trigger({ function_id: 'fails', payload: {} })),
  'unknown functions': (total) => times(total, 100, () => caller.trigger({ function_id: 'missing', payload: {} })),
  'unwritable payloads': (total) => times(total, 100, () => caller.trigger({ function_id: 'echo', payload: 1n })),
  'calls given up': (total) =>
    timesHeld(total, () => {
      const given = new AbortController()
      setImmediate(() => given.abort())
      return caller.trigger({ function_id: 'held', payload: {}, signal: given.signal })
    }),
  'calls timed out': (total) =>
    timesHeld(total, () => caller.trigger({ function_id: 'held', payload: {}, timeoutMs: 5 })),
  'links lost': (total) =>
    times(total, 1, async () => {
      const calls = [1, 2, 3].map(() => caller.trigger({ function_id: 'held', payload: {} }).catch(nothing))
      await caller.listFunctions()
      callersLink?.terminate()
      await Promise.all(calls)
      await caller.ready()
      for (const end of held.splice(0)) end()
    }),
  'refused registrations': (total) => times(total, 1, refused),
  'failed channels': (total) =>
    times(total, 20, async () => {
      const cut = await caller.channels.create()
      await cut.writer.write('begun')
      cut.writer.stream.destroy(new Error('given up'))
      await cut.reader.readAll()
      const over = await caller.channels.create()
      await Promise.all([over.writer.close(), over.reader.readAll()])
      await over.writer.write('late')
    }),

  // The measure has to see this.
  leak: async (total) => {
    for (let index = 0; index < total; index += 1) leaked.push({ index, text: `${index}` })
    await Promise.resolve()
  },
}
const leaked: object[] = []

async function heapBytes(): Promise<number> {
  for (let tries = 0; engine.stats().channels > 0 && tries < 100; tries += 1) await delay(20)
  for (let round = 0; round < 4; round += 1) {
    global.gc?.()
    await delay(10)
  }
  return process.memoryUsage().heapUsed
}

for (const argument of process.argv.slice(2)) {
  const [kind = '', count] = argument.split('=')
  const work = works[kind]
  if (work === undefined) throw new Error(`No work is called '${kind}'`)
  await work(Number(count) / 5)
  const before = await heapBytes()
  await work(Number(count))
  const retainedBytes = (await heapBytes()) - before
  const stats = { server: server.stats(), caller: caller.stats(), engine: engine.stats() }
  process.stdout.write(`${JSON.stringify({ kind, retainedBytes, ...stats })}\n`)
}
await Promise.all([server.shutdown(), caller.shutdown()])
await engine.close()
