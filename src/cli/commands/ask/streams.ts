/** `iii-node streams`: lists streams, their groups and items, or follows the changes of one. */
import { describe } from '../../../std/text/describe.js'
import { Exit, UsageError, type RunCommand, type Terminal, type Values } from '../../command.js'
import { streamsOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { clean, clockTime, page, painter, wholeJson } from '../../print/text.js'
import { safeLines } from '../../../std/text/one-line.js'
import { withEngine, type Remote } from './connection.js'
import { follow } from './follow.js'

type StreamsValues = Values<typeof streamsOptions>

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(streamsOptions, args)
  const [action = 'ls', ...names] = positionals
  if (action !== 'ls' && action !== 'follow')
    throw new UsageError(`streams needs ls or follow, got ${describe(action)}`)
  if (action === 'follow' && names.length === 0) throw new UsageError('streams follow needs the name of a stream')
  const most = action === 'ls' ? 2 : 3
  if (names.length > most) throw new UsageError(`streams ${action} got one argument too many: ${describe(names[most])}`)
  return withEngine({ name: 'streams', values }, async (remote) => {
    if (action === 'follow') await followStream(remote, names, { values, terminal })
    else await list(remote, names, { values, terminal })
    return Exit.OK
  })
}

interface Shown {
  readonly values: StreamsValues
  readonly terminal: Terminal
}

async function list({ ask }: Remote, [stream, group]: readonly string[], { values, terminal }: Shown): Promise<void> {
  const isJson = values.json === true
  if (stream !== undefined && group !== undefined) {
    const items = await ask<unknown[]>('stream::list', { stream_name: stream, group_id: group })
    await page(terminal, wholeJson(isJson ? { stream, group, items } : items).split('\n'))
    return
  }
  const { key, names } = await namesOf(ask, stream)
  if (isJson) terminal.out(wholeJson({ ...(stream === undefined ? {} : { stream }), [key]: names }))
  else if (names.length === 0) terminal.err(stream === undefined ? 'No stream has items' : 'The stream has no groups')
  else await page(terminal, names.map(clean))
}

async function namesOf(ask: Remote['ask'], stream: string | undefined) {
  if (stream !== undefined) {
    return { key: 'groups', names: await ask<string[]>('stream::list_groups', { stream_name: stream }) }
  }
  const { stream: all } = await ask<{ stream: { id: string }[] }>('stream::list_all')
  return { key: 'streams', names: all.map(({ id }) => id) }
}

/** What a function bound to `stream` receives. */
interface StreamMessage {
  readonly timestamp: number
  readonly groupId: string
  readonly id: string | null
  readonly event: { readonly type: string; readonly data?: unknown }
}

async function followStream(
  remote: Remote,
  [stream, group, item]: readonly string[],
  { values, terminal }: Shown,
): Promise<void> {
  const paint = painter(terminal.screen)
  const config = {
    stream_name: stream,
    ...(group === undefined ? {} : { group_id: group }),
    ...(item === undefined ? {} : { item_id: item }),
  }
  await follow(remote, { types: ['stream'], config, terminal }, (payload) => {
    if (values.json === true) {
      terminal.out(safeLines(JSON.stringify(payload)))
      return
    }
    const { timestamp, groupId, id, event } = payload as StreamMessage
    const at = paint('gray', clockTime(new Date(timestamp)))
    const place = id === null ? clean(groupId) : `${clean(groupId)}/${clean(id)}`
    terminal.out(`${at} ${clean(event.type).padEnd(6)} ${place} ${safeLines(JSON.stringify(event.data ?? null))}`)
  })
}
