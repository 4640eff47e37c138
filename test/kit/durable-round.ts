/**
 * One life of a durable engine: a worker writes to its state, its stream and its queue until the engine is killed, and
 * keeps a list of everything the engine has acknowledged.
 */
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Child } from './child.js'
import { beginCliEngine, FREE_PORTS } from './cli.js'
import { runCli } from './compiled-project.js'
import { rawWorker, type RawSocket } from './raw-socket.js'

export const KINDS = ['state', 'stream', 'queue'] as const
type Kind = (typeof KINDS)[number]
/** Names of the items that were acknowledged, by where they went. */
export type Acknowledged = Readonly<Record<Kind, Set<string>>>

export const nothingYet = (): Acknowledged => ({ state: new Set(), stream: new Set(), queue: new Set() })

const PLACE = { scope: 'kept', stream_name: 'kept', group_id: 'g' }

interface Item {
  readonly name: string
  readonly filler: string
}

export const itemOf = (name: string): Item => ({ name, filler: 'x'.repeat(name.length * 20) })

/** The name of an item that is as it was written; of another one, what is wrong with it. */
export function nameIfWhole(item: unknown): string {
  const { name } = item as Item
  return isDeepStrictEqual(item, itemOf(name)) ? name : `changed ${JSON.stringify(item)}`
}

function writeOf(kind: Kind, name: string): Record<string, unknown> {
  const value = itemOf(name)
  if (kind === 'state') return { function_id: 'state::set', data: { ...PLACE, key: name, value } }
  if (kind === 'stream') return { function_id: 'stream::set', data: { ...PLACE, item_id: name, data: value } }
  return { function_id: 'kept::run', data: value, action: { type: 'enqueue', queue: 'default' } }
}

/** A thousand starts in a row meet moments in which the machine is busy with something else. */
const START_LIMIT_MS = 120_000

const engineOn = (folder: string): ReturnType<typeof beginCliEngine> =>
  beginCliEngine([...FREE_PORTS, '--data', folder], { run: runCli, startLimitMs: START_LIMIT_MS })

/** When an engine is killed: with so many items acknowledged, or so long after its process was begun. */
export type Kill = { readonly afterItems: number } | { readonly afterMs: number }

interface Round {
  readonly round: number
  readonly kill: Kill
  /** Jobs that have run. */
  readonly ran: Set<string>
}

/** How far an engine came, and how long it took to start. */
interface Life {
  readonly reached: 'start' | 'writes'
  readonly startedMs: number
}

/** Writes until the engine is killed, in the middle of other writes or of its own start. */
export async function writeUntilKilled(
  folder: string,
  acknowledged: Acknowledged,
  { round, kill, ran }: Round,
): Promise<Life> {
  const begunAt = performance.now()
  const { child, ready } = engineOn(folder)
  // eslint-disable-next-line local/real-time -- it kills a process at a random time
  const timer = 'afterMs' in kill ? setTimeout(() => child.process.kill('SIGKILL'), kill.afterMs) : undefined
  try {
    const { url } = await ready
    const startedMs = performance.now() - begunAt
    const afterItems = 'afterItems' in kill ? kill.afterItems : Infinity
    await writeTo(child, await rawWorker(url), { acknowledged, round, afterItems, ran })
    return { reached: 'writes', startedMs }
  } catch (error) {
    // Killed by time before it was ready: nothing was acknowledged. Whatever else goes wrong is of interest.
    if (timer === undefined || !child.process.killed) throw error
    await child.exit()
    return { reached: 'start', startedMs: performance.now() - begunAt }
  } finally {
    clearTimeout(timer)
  }
}

interface Writes {
  readonly acknowledged: Acknowledged
  readonly round: number
  /** Acknowledgements after which this round kills the engine, unless it is already dead. */
  readonly afterItems: number
  readonly ran: Set<string>
}

/** Writes until the process has ended. */
async function writeTo(child: Child, worker: RawSocket, writes: Writes): Promise<void> {
  const { acknowledged, round, ran } = writes
  const asked = new Map<string, { kind: Kind; name: string }>()
  runJobs(worker, ran)
  let [n, left] = [0, writes.afterItems]
  const refused: unknown[] = []
  const write = (): void => {
    const kind = KINDS[n % KINDS.length]!
    const invocation_id = randomUUID()
    const name = `${String(round)}-${String(n++)}`
    asked.set(invocation_id, { kind, name })
    worker.send({ type: 'invokefunction', invocation_id, ...writeOf(kind, name) })
  }
  worker.socket.on('message', (data: Buffer) => {
    const { invocation_id, error } = JSON.parse(data.toString()) as { invocation_id?: string; error?: unknown }
    const item = asked.get(invocation_id ?? '')
    if (item === undefined) return
    if (error !== undefined) {
      refused.push(error)
      child.process.kill('SIGKILL')
      return
    }
    acknowledged[item.kind].add(item.name)
    if (--left === 0) child.process.kill('SIGKILL')
    else if (worker.socket.readyState === worker.socket.OPEN) write()
  })
  for (let parallel = 0; parallel < 24; parallel++) write()
  await child.exit()
  if (refused.length > 0) throw new Error(`A write was refused: ${JSON.stringify(refused[0])}`)
}

/** Serves the queue's function and notes which jobs came. */
function runJobs(worker: RawSocket, ran: Set<string>): void {
  worker.socket.on('message', (data: Buffer) => {
    const { type, invocation_id, function_id, data: job } = JSON.parse(data.toString()) as Record<string, unknown>
    if (type !== 'invokefunction') return
    ran.add(nameIfWhole(job))
    worker.send({ type: 'invocationresult', invocation_id, function_id, result: null })
  })
  worker.send({ type: 'registerfunction', id: 'kept::run' })
}

/** What a new engine on the same folder has; jobs count that have run, before or now. */
export async function foundIn(folder: string, ran: Set<string>, jobs: ReadonlySet<string>): Promise<Acknowledged> {
  const { child, ready } = engineOn(folder)
  const { url } = await ready
  const found = { ...nothingYet(), queue: ran }
  const worker = await rawWorker(url)
  runJobs(worker, ran)
  for (const kind of ['state', 'stream'] as const)
    for (const item of await list(worker, `${kind}::list`)) found[kind].add(nameIfWhole(item))
  const isDone = (): boolean => [...jobs].every((name) => ran.has(name))
  // eslint-disable-next-line local/real-time -- a process works meanwhile
  for (let waited = 0; !isDone() && waited < 200; waited++) await new Promise((on) => setTimeout(on, 50))
  await child.stop()
  return found
}

async function list(worker: RawSocket, function_id: string): Promise<unknown[]> {
  const invocation_id = randomUUID()
  worker.send({ type: 'invokefunction', invocation_id, function_id, data: PLACE })
  const answer = await worker.next((frame) => frame['invocation_id'] === invocation_id)
  return answer['result'] as unknown[]
}
