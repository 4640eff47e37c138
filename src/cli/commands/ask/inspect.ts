/** `iii-node inspect`: describes one function, worker, trigger, trigger type or trace, found by its id. */
import { describe } from '../../../std/text/describe.js'
import { nearestName } from '../../../std/text/nearest-name.js'
import { Exit, NotFoundError, UsageError, type RunCommand } from '../../command.js'
import { inspectOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { clean, jsonOf, page } from '../../print/text.js'
import { isMissing, withEngine, type Remote } from './connection.js'
import type { FunctionRow } from '../../../wire/protocol/function-rows.js'
import { traceLines, traceOf } from './traces.js'

/** What an id can name, and the function that describes it. Tried in this order. */
const KINDS = [
  ['function', 'engine::functions::info', 'function_id'],
  ['worker', 'engine::workers::info', 'name'],
  ['trigger', 'engine::registered-triggers::info', 'id'],
  ['trigger_type', 'engine::triggers::info', 'id'],
] as const

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(inspectOptions, args)
  const [id, extra] = positionals
  if (id === undefined)
    throw new UsageError('inspect needs the id of a function, worker, trigger, trigger type or trace')
  if (extra !== undefined) throw new UsageError(`inspect describes one id; got also ${describe(extra)}`)
  return withEngine({ name: 'inspect', values }, async (remote) => {
    if (/^[0-9a-f]{32}$/i.test(id)) {
      const trace = await traceOf(remote, id)
      if (values.json === true) terminal.out(jsonOf({ kind: 'trace', trace }, 2))
      else await page(terminal, traceLines(trace, terminal.screen))
      return Exit.OK
    }
    const { kind, detail } = await found(remote, id)
    if (values.json === true) terminal.out(jsonOf({ kind, [kind]: detail }, 2))
    else await page(terminal, [`${kind.replace('_', ' ')} ${clean(id)}`, ...membersOf(detail)])
    return Exit.OK
  })
}

interface Found {
  readonly kind: (typeof KINDS)[number][0]
  readonly detail: object
}

async function found({ ask, namespace }: Remote, id: string): Promise<Found> {
  for (const [kind, functionId, member] of KINDS) {
    const scoped = kind === 'trigger' || namespace === undefined ? {} : { namespace }
    const detail = await ask<object>(functionId, { [member]: id, ...scoped }).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    if (detail !== undefined) return { kind, detail }
  }
  throw await notFound({ ask }, id)
}

/** The error for an id that does not exist, with the function that was most likely meant. */
export async function notFound({ ask }: Pick<Remote, 'ask'>, id: string): Promise<NotFoundError> {
  const { functions } = await ask<{ functions: FunctionRow[] }>('engine::functions::list')
  const near = nearestName(
    id,
    functions.map((row) => row.function_id),
  )
  const hint = near === undefined ? '`iii-node ls` lists the functions' : `did you mean ${near}?`
  return new NotFoundError(`nothing has the id '${clean(id)}'; ${hint}`)
}

/** One line per member; objects as indented JSON. */
function membersOf(detail: object): string[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    if (value === null || value === undefined) return []
    const label = `  ${clean(name.replaceAll('_', ' '))}: `
    if (typeof value !== 'object') return [`${label}${clean(value)}`]
    const [first = '', ...rest] = jsonOf(value, 2).split('\n')
    return [`${label}${first}`, ...rest.map((line) => `  ${line}`)]
  })
}
