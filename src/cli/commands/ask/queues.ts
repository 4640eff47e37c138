/** `iii-node queues`: shows queues and topics, their dead letters, and redrives or discards those. */
import { describe } from '../../../std/text/describe.js'
import { nearestName } from '../../../std/text/nearest-name.js'
import { Exit, NotFoundError, UsageError, type RunCommand, type Terminal } from '../../command.js'
import { queuesOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { clean, jsonOf, page, painter, table } from '../../print/text.js'
import { limitOf, withEngine, type Remote } from './connection.js'
import { queuesOf, type QueueRow } from './ls.js'

const USUAL_LIMIT = 50

/** A dead letter, as both engines list it. */
interface DeadLetter {
  readonly id: string
  readonly payload: unknown
  readonly error: unknown
  readonly failed_at: number
  readonly retries: number
  readonly size_bytes: number
}

interface Shown {
  readonly terminal: Terminal
  readonly json: boolean
}

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(queuesOptions, args)
  const [name, action, ...ids] = positionals
  const limit = limitOf(values.limit, USUAL_LIMIT)
  const shown = { terminal, json: values.json ?? false }
  if (action !== undefined && action !== 'redrive' && action !== 'discard') {
    throw new UsageError(`the action after the queue must be redrive or discard, got ${describe(action)}`)
  }
  if (action === 'discard' && ids.length === 0) {
    throw new UsageError('discard needs the ids of dead letters; `iii-node queues <name> --dead` lists them')
  }
  return withEngine({ name: 'queues', values }, async (remote) => {
    if (name === undefined) await showAll(remote, values.dead ?? false, shown)
    else if (action !== undefined) await change(remote, { name, action, ids }, shown)
    else if (values.dead === true) await showLetters(remote, { name, limit }, shown)
    else await showOne(remote, name, shown)
    return Exit.OK
  })
}

async function showAll(remote: Remote, onlyDead: boolean, { terminal, json }: Shown): Promise<void> {
  const queues = (await queuesOf(remote)).filter((row) => !onlyDead || row.dead_letters > 0)
  if (json) {
    terminal.out(jsonOf({ queues }, 2))
    return
  }
  if (queues.length === 0) terminal.err(onlyDead ? 'There are no dead letters' : 'The engine lists no queues')
  else {
    const columns = [
      { title: 'QUEUE' },
      { title: 'SUBSCRIBERS', isNumber: true },
      { title: 'DEAD LETTERS', isNumber: true },
    ]
    const rows = queues.map((row) => [row.name, row.subscriber_count, row.dead_letters])
    await page(terminal, table(columns, rows, terminal.screen))
  }
}

async function showOne(remote: Remote, name: string, { terminal, json }: Shown): Promise<void> {
  const { subscriber_count: subscribers } = await rowOf(remote, name)
  const stats = await remote.ask<Readonly<Record<string, unknown>>>('engine::queue::topic_stats', { topic: name })
  if (json) {
    terminal.out(jsonOf({ name, ...stats }, 2))
    return
  }
  const { depth, consumer_count: consumers, dlq_depth: dead, config } = stats
  // The consumers of a queue are its concurrency. A topic may have the name of a queue.
  const concurrency = Number(consumers) - (subscribers ?? 0)
  const counts = [
    `${clean(depth)} waiting or running`,
    ...(concurrency > 0 ? [`runs up to ${String(concurrency)} at a time`] : []),
    ...(subscribers === undefined ? [] : [counted(subscribers, 'subscriber')]),
    counted(dead, 'dead letter'),
  ]
  terminal.out(`${clean(name)}: ${counts.join(', ')}`)
  if (config !== null && config !== undefined) terminal.out(`  ${clean(config)}`)
}

/** @throws {NotFoundError} with the nearest name, for one that the engine does not list. */
async function rowOf(remote: Remote, name: string): Promise<QueueRow> {
  const queues = await queuesOf(remote)
  const row = queues.find((each) => each.name === name)
  if (row !== undefined) return row
  const names = queues.map((each) => each.name)
  const near = nearestName(name, names)
  const hint = near === undefined ? '' : `; did you mean ${clean(near)}?`
  throw new NotFoundError(`the engine lists no queue or topic ${clean(name)}${hint}`)
}

function counted(count: unknown, one: string): string {
  return `${clean(count)} ${one}${count === 1 ? '' : 's'}`
}

interface Page {
  readonly name: string
  readonly limit: number
}

/** Oldest first. */
export function lettersOf({ ask }: Remote, { name, limit }: Page): Promise<readonly DeadLetter[]> {
  return ask('engine::queue::dlq_messages', { topic: name, limit })
}

async function showLetters(remote: Remote, { name, limit }: Page, { terminal, json }: Shown): Promise<void> {
  const letters = await lettersOf(remote, { name, limit })
  if (letters.length === 0) await rowOf(remote, name)
  if (json) {
    terminal.out(jsonOf({ name, dead_letters: letters }, 2))
    return
  }
  if (letters.length === 0) {
    terminal.err(`${clean(name)} has no dead letters`)
    return
  }
  const paint = painter(terminal.screen)
  await page(
    terminal,
    letters.flatMap(({ id, error, payload, failed_at: seconds, retries }) => [
      `${paint('bold', clean(id))}  ${new Date(seconds * 1_000).toISOString()}, ${counted(retries, 'attempt')}`,
      `  error    ${paint('red', clean(error))}`,
      `  payload  ${clean(payload)}`,
    ]),
  )
  terminal.err(
    `\`iii-node queues ${clean(name)} redrive\` runs all again, \`redrive <id>\` one; \`discard <id>\` removes one`,
  )
}

interface Change {
  readonly name: string
  readonly action: 'redrive' | 'discard'
  readonly ids: readonly string[]
}

async function change(remote: Remote, { name, action, ids }: Change, { terminal, json }: Shown): Promise<void> {
  const { ask } = remote
  let changed = 0
  const missing: string[] = []
  if (ids.length === 0) changed = (await ask<{ redriven: number }>('iii::queue::redrive', { queue: name })).redriven
  for (const id of ids) {
    // The count is named `redriven` for discarded letters, too.
    const { redriven } = await ask<{ redriven: number }>(`iii::queue::${action}_message`, {
      queue: name,
      message_id: id,
    })
    changed += redriven
    if (redriven === 0) missing.push(id)
  }
  if (changed === 0 && ids.length === 0) await rowOf(remote, name)
  const done = action === 'redrive' ? 'redriven' : 'discarded'
  if (json) terminal.out(jsonOf({ name, [done]: changed, missing }, 2))
  else if (changed > 0 || missing.length === 0) terminal.out(`${counted(changed, 'dead letter')} ${done}`)
  if (missing.length > 0) throw new NotFoundError(`${clean(name)} has no dead letter ${missing.map(clean).join(', ')}`)
}
