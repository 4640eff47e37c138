/**
 * Completes the last word of a command line with choices of options and names that an engine has. The scripts of
 * `iii-node completion` run it at each completion, so it ends soon, and without an engine it returns nothing.
 */
import { runOfScope } from '../../../workflow/records/record.js'
import { systemClock } from '../../../std/time/clock.js'
import { TimeLimit } from '../../../std/time/time-limit.js'
import { OPTION_NAMES, type CommandSpec, type NameKind, type OptionSpecs } from '../../command.js'
import { withEngine, type Remote } from '../ask/connection.js'
import { rowsOf } from '../ask/ls.js'
import { lettersOf } from '../ask/queues.js'

/** Time limit for the engine. */
const NAMES_LIMIT_MS = 1_000
const MAX_LETTERS = 200
/** A name that means the same in each shell without quotes. Others could do harm in a script. */
const SAFE = /^[\p{L}\p{N}_.:/@%+,][\p{L}\p{N}_.:/@%+,-]*$/u

/** The words before the last one, by the options of the command. */
interface Given {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | string[]>>
  /** The option whose value comes next. */
  readonly open: string | undefined
}

/** @returns the words that can take the place of the last one. */
export async function completeLine(commands: readonly CommandSpec[], line: string): Promise<string[]> {
  const words = wordsOf(line)
  const last = words.pop() ?? ''
  const [, name, ...before] = words
  const spec = commands.find((each) => each.name === name)
  if (spec === undefined) return []
  const given = readWords(spec.options, before)
  const [, start = '', option = given.open] = /^(--([\w-]+)=)/.exec(last) ?? []
  if (option === undefined && last.startsWith('-')) return []
  const place =
    option === undefined
      ? spec.places?.[given.positionals.length]
      : (spec.options[option]?.choices ?? OPTION_NAMES[option])
  const found = typeof place === 'string' ? await namesOf(place, given) : (place ?? [])
  return [...new Set(found)]
    .filter((each) => SAFE.test(each))
    .map((each) => start + each)
    .filter((each) => each.startsWith(last))
    .sort()
}

/** Splits a line as shells do. The last word is empty behind a space. */
function wordsOf(line: string): string[] {
  const found = [...line.matchAll(/(?:'[^']*'?|"(?:\\.|[^"\\])*"?|\\.|[^\s'"\\])+/gs)]
  const words = found.map(([word]) =>
    word.replace(/'([^']*)'?|"((?:\\.|[^"\\])*)"?|\\(.)/gs, (_, ...[single, double, escaped]: (string | undefined)[]) =>
      String(single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped),
    ),
  )
  return /(?<!\\)\s$/.test(line) ? [...words, ''] : words
}

function readWords(options: OptionSpecs, words: readonly string[]): Given {
  const positionals: string[] = []
  const values: Record<string, string | string[]> = {}
  let open: string | undefined
  const set = (name: string, value: string): void => {
    const { multiple = false } = options[name] ?? {}
    values[name] = multiple ? [values[name] ?? [], value].flat() : value
  }
  for (const word of words) {
    const [, long, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? []
    if (open !== undefined) {
      set(open, word)
      open = undefined
    } else if (long === undefined) {
      if (!word.startsWith('-')) positionals.push(word)
    } else if (value !== undefined) set(long, value)
    else if (options[long]?.type === 'string') open = long
  }
  return { positionals, values, open }
}

async function namesOf(kind: NameKind, { positionals, values }: Given): Promise<readonly string[]> {
  let found: readonly string[] = []
  try {
    await withEngine({ name: 'completion', values }, (remote) => {
      const search = names[kind](remote, positionals).then((each) => (found = each))
      return new TimeLimit(systemClock, NAMES_LIMIT_MS).wait(search)
    })
  } catch {
    // A message would appear in the line that is being typed.
  }
  return found
}

type Names = (remote: Remote, positionals: readonly string[]) => Promise<readonly string[]>

async function functions(remote: Remote): Promise<readonly string[]> {
  return (await rowsOf(remote, 'functions', remote.namespace)).map((row) => row.function_id)
}

async function workers(remote: Remote): Promise<readonly string[]> {
  return (await rowsOf(remote, 'workers', remote.namespace)).flatMap(({ name }) => name ?? [])
}

async function scopes(remote: Remote): Promise<readonly string[]> {
  return (await rowsOf(remote, 'scopes')).map(({ name }) => name)
}

const names: Readonly<Record<NameKind, Names>> = {
  functions,
  ids: async (remote) => (await Promise.all([functions(remote), workers(remote)])).flat(),
  namespaces: async (remote) => (await rowsOf(remote, 'workers')).map((row) => row.namespace),
  queues: async (remote) => (await rowsOf(remote, 'queues')).map(({ name }) => name),
  letters: async (remote, [name = '']) => (await lettersOf(remote, { name, limit: MAX_LETTERS })).map(({ id }) => id),
  streams: async (remote) => (await rowsOf(remote, 'streams')).map(({ id }) => id),
  groups: async (remote, [, stream]) => (await rowsOf(remote, 'streams')).find(({ id }) => id === stream)?.groups ?? [],
  // The values of runs are changed by `iii-node runs`.
  scopes: async (remote) => (await scopes(remote)).filter((scope) => runOfScope(scope) === undefined),
  workflows: async (remote) => (await scopes(remote)).flatMap((scope) => runOfScope(scope)?.workflow ?? []),
  runs: async (remote, [, workflow]) =>
    (await scopes(remote)).flatMap((scope) => {
      const named = runOfScope(scope)
      return named !== undefined && named.workflow === workflow ? named.run : []
    }),
}
