/**
 * One life of a durable engine: a worker writes to its state, its stream and its queue until the engine is killed, and
 * keeps a list of everything the engine has acknowledged.
 */
import { randomUUID } from 'node:crypto'
import { cliEngine, FREE_PORTS, type CliEngine } from './cli.js'
import { runCompiledCli } from './compiled-project.js'
import { rawWorker, type RawSocket } from './raw-socket.js'

export const KINDS = ['state', 'stream', 'queue'] as const
type Kind = (typeof KINDS)[number]
/** Names of the items that were acknowledged, by where they went. */
export type Acknowledged = Readonly<Record<Kind, Set<string>>>

export const nothingYet = (): Acknowledged => ({ state: new Set(), stream: new Set(), queue: new Set() })

const PLACE = { scope: 'kept', stream_name: 'kept', group_id: 'g' }

function writeOf(kind: Kind, name: string): Record<string, unknown> {
  const value = { name, filler: 'x'.repeat(name.length * 20) }
  if (kind === 'state') return { function_id: 'state::set', data: { ...PLACE, key: name, value } }
  if (kind === 'stream') return { function_id: 'stream::set', data: { ...PLACE, item_id: name, data: value } }
  return { function_id: 'kept::run', data: value, action: { type: 'enqueue', queue: 'default' } }
}

/** A thousand starts in a row meet moments in which the machine is busy with something else. */
const START_LIMIT_MS = 120_000

const engineOn = (folder: string): Promise<CliEngine> =>
  cliEngine([...FREE_PORTS, '--data', folder], { run: runCompiledCli, startLimitMs: START_LIMIT_MS })

/** Writes until so many items were acknowledged, then kills the engine in the middle of the others. */
export async function writeUntilKilled(
  folder: string,
  acknowledged: Acknowledged,
  { round, after, ran }: { readonly round: number; readonly after: number; readonly ran: Set<string> },
): Promise<void> {
  const { child, url } = await engineOn(folder)
  const worker = await rawWorker(url)
  const asked = new Map<string, { kind: Kind; name: string }>()
  runJobs(worker, ran)
  let [n, left] = [0, after]
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
    if (item === undefined || error !== undefined) return
    acknowledged[item.kind].add(item.name)
    if (--left === 0) child.process.kill('SIGKILL')
    else if (worker.socket.readyState === worker.socket.OPEN) write()
  })
  for (let parallel = 0; parallel < 24; parallel++) write()
  await child.exit()
}

/** Serves the queue's function and notes which jobs came. */
function runJobs(worker: RawSocket, ran: Set<string>): void {
  worker.socket.on('message', (data: Buffer) => {
    const { type, invocation_id, function_id, data: job } = JSON.parse(data.toString()) as Record<string, unknown>
    if (type !== 'invokefunction') return
    ran.add((job as { name: string }).name)
    worker.send({ type: 'invocationresult', invocation_id, function_id, result: null })
  })
  worker.send({ type: 'registerfunction', id: 'kept::run' })
}

/** What a new engine on the same folder has; jobs count that have run, before or now. */
export async function foundIn(folder: string, ran: Set<string>, jobs: ReadonlySet<string>): Promise<Acknowledged> {
  const { child, url } = await engineOn(folder)
  const found = { ...nothingYet(), queue: ran }
  const worker = await rawWorker(url)
  runJobs(worker, ran)
  for (const kind of ['state', 'stream'] as const)
    for (const item of await list(worker, `${kind}::list`)) found[kind].add(item.name)
  const isDone = (): boolean => [...jobs].every((name) => ran.has(name))
  for (let waited = 0; !isDone() && waited < 200; waited++) await new Promise((on) => setTimeout(on, 50))
  await child.stop()
  return found
}

async function list(worker: RawSocket, function_id: string): Promise<{ name: string }[]> {
  const invocation_id = randomUUID()
  worker.send({ type: 'invokefunction', invocation_id, function_id, data: PLACE })
  const answer = await worker.next((frame) => frame['invocation_id'] === invocation_id)
  return answer['result'] as { name: string }[]
}
