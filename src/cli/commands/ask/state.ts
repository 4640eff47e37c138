/** `iii-node state`: reads and changes stored state. */
import { describe } from '../../../std/text/describe.js'
import { Exit, NotFoundError, UsageError, type RunCommand } from '../../command.js'
import { stateOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { clean, page, wholeJson } from '../../print/text.js'
import { withEngine, type Remote } from './connection.js'
import { jsonArgument } from './payload.js'

/** The arguments of each action. */
const ACTIONS = {
  get: ['scope', 'key'],
  set: ['scope', 'key', 'value as JSON'],
  ls: [],
  rm: ['scope', 'key'],
} as const

type Action = keyof typeof ACTIONS

/** The lines of an answer, and what to say beside it. */
interface Answer {
  readonly value: unknown
  readonly lines?: readonly string[]
  readonly note?: string
}

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(stateOptions, args)
  const [word = '', ...words] = positionals
  const action = Object.keys(ACTIONS).find((name): name is Action => name === word)
  if (action === undefined) throw new UsageError(`state needs get, set, ls or rm, got ${describe(word)}`)
  const needed = ACTIONS[action]
  if (words.length < needed.length) throw new UsageError(`state ${action} needs a ${needed[words.length] ?? ''}`)
  const most = action === 'ls' ? 1 : needed.length
  if (words.length > most) throw new UsageError(`state ${action} got one argument too many: ${describe(words[most])}`)
  const value = action === 'set' ? await jsonArgument(words[2] ?? '', terminal.stdin) : undefined
  const [scope = '', key = ''] = words
  return withEngine({ name: 'state', values }, async (remote) => {
    const answer = await perform(remote, { action, scope, key, value, isJson: values.json ?? false })
    await page(terminal, answer.lines ?? wholeJson(answer.value).split('\n'))
    if (answer.note !== undefined) terminal.err(answer.note)
    return Exit.OK
  })
}

interface Request {
  readonly action: Action
  readonly scope: string
  readonly key: string
  readonly value: unknown
  readonly isJson: boolean
}

async function perform({ ask }: Remote, { action, scope, key, value, isJson }: Request): Promise<Answer> {
  if (action === 'set') return { value: await ask('state::set', { scope, key, value }) }
  if (action === 'ls') return scope === '' ? listScopes(ask, isJson) : listValues(ask, scope, isJson)
  const found = await ask<unknown>(action === 'get' ? 'state::get' : 'state::delete', { scope, key })
  if (found === null || found === undefined) {
    throw new NotFoundError(`there is no value under ${clean(key)} in the scope ${clean(scope)}`)
  }
  return { value: found }
}

async function listScopes(ask: Remote['ask'], isJson: boolean): Promise<Answer> {
  const { groups: scopes } = await ask<{ groups: string[] }>('state::list_groups')
  if (isJson) return { value: { scopes } }
  return { value: scopes, lines: scopes.map(clean), ...(scopes.length === 0 ? { note: 'No state is stored' } : {}) }
}

async function listValues(ask: Remote['ask'], scope: string, isJson: boolean): Promise<Answer> {
  const values = await ask<unknown[]>('state::list', { scope })
  if (isJson) return { value: { scope, values } }
  return { value: values, note: 'Engines list the values of a scope without their keys' }
}
