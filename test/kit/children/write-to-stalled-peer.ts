/**
 * Writes to a peer that does not read, as a worker to its engine or as an engine to a worker, and tells how much was
 * taken, how much waits and how the process grew. Runs with `--expose-gc`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { defaultEngineConfig } from '../../../src/engine/config/config.js'
import { startEngine } from '../../../src/engine/engine.js'
import { defaultLimits } from '../../../src/engine/limits.js'
import { registerWorker, TriggerAction } from '../../../src/index.js'

const [side = '', url = '', offeredBytes = '0', messageBytes = '0', capBytes = '0'] = process.argv.slice(2)
const collect = (globalThis as { gc?: () => void }).gc
if (collect === undefined) throw new Error('Run with --expose-gc')
const text = 'x'.repeat(Number(messageBytes))
const messages = Math.ceil(Number(offeredBytes) / Number(messageBytes))

function say(facts: object): void {
  process.stdout.write(`${JSON.stringify(facts)}\n`)
}

/** Offers everything, with time for sockets in between; says how the process grew at most. */
async function offer(write: () => void): Promise<number> {
  collect!()
  const before = process.memoryUsage.rss()
  let peak = before
  for (let n = 0; n < messages; n++) {
    write()
    if (n % 16 !== 0) continue
    await delay(0)
    if (n % 128 === 0) collect!()
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  return peak - before
}

async function asWorker(): Promise<void> {
  const worker = registerWorker(url, {
    otel: { enabled: false },
    diagnostics: 'silent',
    reconnectionConfig: { maxPendingBytes: Number(capBytes) },
  })
  while (worker.getConnectionState() !== 'connected') await delay(5)
  let [mostInSocket, mostInQueue] = [0, 0]
  const grownBytes = await offer(() => {
    void worker.trigger({ function_id: 'f', payload: { text }, action: TriggerAction.Void() })
    const { queuedBytes, socketBytes } = worker.stats()
    mostInSocket = Math.max(mostInSocket, socketBytes)
    mostInQueue = Math.max(mostInQueue, queuedBytes - socketBytes)
  })
  const refused: string = await worker.trigger({ function_id: 'f', payload: { text } }).then(
    () => 'answered',
    (error: unknown) => String((error as { code?: string }).code),
  )
  const { droppedVoids, refusedCalls } = worker.stats()
  say({ grownBytes, mostInSocket, mostInQueue, refused, droppedVoids, refusedCalls })
  await worker.shutdown()
}

async function asEngine(): Promise<void> {
  const limits = { ...defaultLimits, maxPeerBytes: Number(capBytes) }
  const engine = await startEngine(defaultEngineConfig({ port: 0, httpPort: 0, streamPort: 0 }), { limits })
  const { functions } = engine.stats()
  say({ url: engine.url })
  while (engine.stats().functions === functions) await delay(5)
  let [mostWaiting, refused] = [0, 0]
  const grownBytes = await offer(() => {
    engine.invoke({ functionId: 'f', data: { text } }).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'channel_send_failed') refused += 1
    })
    mostWaiting = Math.max(mostWaiting, engine.stats().waiting.mostWorkerBytes)
  })
  // The last refusals are on their way.
  await delay(50)
  const { refused: counted, waiting } = engine.stats()
  say({ grownBytes, mostWaiting, refused, counted: counted.callsToSlowWorkers, paused: waiting.pausedWorkers })
  await engine.close()
}

await (side === 'worker' ? asWorker() : asEngine())
