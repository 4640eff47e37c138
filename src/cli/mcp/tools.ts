/**
 * The tools that a program which helps programmers gets: what an engine has, what happened in it, and, if allowed,
 * calling and changing it. Each uses what both engines answer.
 */
import { TriggerAction } from '../../sdk/worker/calls/trigger-request.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import { NotFoundError, UsageError } from '../command.js'
import { isMissing, type Remote } from '../commands/ask/connection.js'
import { notFound } from '../commands/ask/inspect.js'
import { recordsOf } from '../commands/ask/logs.js'
import { queuesOf, rowsOf } from '../commands/ask/ls.js'
import { lettersOf } from '../commands/ask/queues.js'
import { traceLines, traceOf, tracesOf } from '../commands/ask/traces.js'
import { LIST_KINDS, LOG_LEVELS } from '../options.js'
import { readPage, searchDocs } from './docs.js'

type Input = Readonly<Record<string, unknown>>

/** A tool as it is listed, and what it does. Its result is text as it is, and any other value as JSON. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: { readonly type: 'object'; readonly properties: Input; readonly required?: string[] }
  /** Whether it may change something; such tools need `--allow-writes`. */
  readonly writes: boolean
  readonly run: (remote: Remote, input: Input) => Promise<unknown>
}

const text = (description: string): object => ({ type: 'string', description })
const choice = (values: readonly string[], description: string): object => ({ enum: values, description })
const limit = { type: 'integer', minimum: 1, maximum: 1_000, description: 'Maximum number of rows' }
const functionId = text('Id of the function, such as orders::create')
const queue = text('Name of the queue or topic')
const scope = text('Scope of the state')
const key = text('Key in the scope')

const STATUSES = ['ok', 'error'] as const
const DETAILS = ['drawn', 'full'] as const

const reading: readonly Tool[] = [
  {
    name: 'list',
    description: 'Lists functions, workers, triggers, queues, topics, streams, state scopes or HTTP routes.',
    inputSchema: object({ kind: choice(LIST_KINDS, 'What is listed') }, ['kind']),
    writes: false,
    run: (remote, input) => rowsOf(remote, oneOf(input, 'kind', LIST_KINDS)),
  },
  {
    name: 'describe_function',
    description: 'Returns the description, JSON Schemas and triggers of a function.',
    inputSchema: object({ function_id: functionId, namespace: text('Default: default') }, ['function_id']),
    writes: false,
    run: async ({ ask }, input) => {
      const id = needed(input, 'function_id')
      const query = { function_id: id, ...given(input, 'namespace') }
      return ask('engine::functions::info', query).catch(async (error: unknown) => {
        throw isMissing(error) ? await notFound({ ask }, id) : error
      })
    },
  },
  {
    name: 'list_traces',
    description: 'Lists the newest traces: name, status, duration and id. `status: error` finds what failed.',
    inputSchema: object({
      function: text('Traces with a span whose name contains this text'),
      status: choice(STATUSES, 'Traces with a span of this status'),
      limit,
    }),
    writes: false,
    run: (remote, input) => {
      const status = among(input, 'status', STATUSES)
      return tracesOf(remote, { function: optional(input, 'function'), status }, count(input))
    },
  },
  {
    name: 'read_trace',
    description:
      'Draws a trace: its spans with their times, log records and errors. `detail: full` returns the spans with ' +
      'payloads and stacks as JSON.',
    inputSchema: object(
      { trace_id: text('The id, or its first 8 digits or more'), detail: choice(DETAILS, 'Default: drawn') },
      ['trace_id'],
    ),
    writes: false,
    run: async (remote, input) => {
      const detail = among(input, 'detail', DETAILS)
      const trace = await traceOf(remote, needed(input, 'trace_id'))
      return detail === 'full' ? trace : traceLines(trace, undefined).join('\n')
    },
  },
  {
    name: 'read_logs',
    description: 'Returns the newest log records, the oldest of them first.',
    inputSchema: object({
      function: text('Records that the handler of this function wrote'),
      level: choice(LOG_LEVELS, 'This level and higher'),
      trace: text('Records of this trace'),
      limit,
    }),
    writes: false,
    run: (remote, input) => {
      const level = among(input, 'level', LOG_LEVELS)
      return recordsOf(
        remote,
        { function: optional(input, 'function'), level, trace: optional(input, 'trace') },
        count(input),
      )
    },
  },
  {
    name: 'list_queues',
    description: 'Lists queues and topics with their numbers of subscribers and dead letters.',
    inputSchema: object({}),
    writes: false,
    run: (remote) => queuesOf(remote),
  },
  {
    name: 'read_dead_letters',
    description: 'Returns the jobs of a queue that failed for good: id, payload, error, time and attempts.',
    inputSchema: object({ queue, limit }, ['queue']),
    writes: false,
    run: (remote, input) => lettersOf(remote, { name: needed(input, 'queue'), limit: count(input) }),
  },
  {
    name: 'read_state',
    description: 'Returns the value of a key, or without a key the values of a scope.',
    inputSchema: object({ scope, key }, ['scope']),
    writes: false,
    run: async ({ ask }, input) => {
      const place = { scope: needed(input, 'scope'), ...given(input, 'key') }
      return (await ask(input['key'] === undefined ? 'state::list' : 'state::get', place)) ?? null
    },
  },
  {
    name: 'search_docs',
    description: 'Searches the documentation of iii-node and returns the sections that fit best.',
    inputSchema: object({ query: text('Words to search for') }, ['query']),
    writes: false,
    run: (_, input) => Promise.resolve(searchDocs(needed(input, 'query'))),
  },
  {
    name: 'read_docs',
    description: 'Returns a page of the documentation of iii-node, such as guide/queues.md.',
    inputSchema: object({ page: text('Path of the page, as search_docs returns it') }, ['page']),
    writes: false,
    run: (_, input) => Promise.resolve(readPage(needed(input, 'page'))),
  },
]

const writing: readonly Tool[] = [
  {
    name: 'call_function',
    description:
      'Calls a function and returns its result, or its receipt if `queue` is set. An error is returned with its code.',
    inputSchema: object(
      {
        function_id: functionId,
        payload: { description: 'The payload: any JSON value. Default: an empty object' },
        namespace: text('Default: default'),
        queue: text('Store the call in this queue instead of waiting for the result'),
      },
      ['function_id'],
    ),
    writes: true,
    run: async ({ worker }, input) => {
      const stored = optional(input, 'queue')
      const result: unknown = await worker.trigger({
        function_id: needed(input, 'function_id'),
        payload: input['payload'] === undefined ? {} : input['payload'],
        ...given(input, 'namespace'),
        ...(stored !== undefined && { action: TriggerAction.Enqueue({ queue: stored }) }),
      })
      return result ?? null
    },
  },
  {
    name: 'redrive',
    description: 'Redrives a failed job by its id, or without `message_id` all dead-lettered jobs of the queue.',
    inputSchema: object({ queue, message_id: text('Id of the dead letter') }, ['queue']),
    writes: true,
    run: async ({ ask }, input) => {
      const [queue, id] = [needed(input, 'queue'), optional(input, 'message_id')]
      if (id === undefined) return ask('iii::queue::redrive', { queue })
      const answer = await ask<{ redriven: number }>('iii::queue::redrive_message', { queue, message_id: id })
      if (answer.redriven === 0) throw new NotFoundError(`${queue} has no dead letter ${id}`)
      return answer
    },
  },
  {
    name: 'set_state',
    description: 'Stores a value under a scope and a key.',
    inputSchema: object({ scope, key, value: { description: 'The value: any JSON value' } }, ['scope', 'key', 'value']),
    writes: true,
    run: ({ ask }, input) => {
      if (input['value'] === undefined) throw new UsageError('`value` is missing')
      return ask('state::set', { scope: needed(input, 'scope'), key: needed(input, 'key'), value: input['value'] })
    },
  },
]

/** Tools that change something are left out unless they are allowed. */
export function toolsOf({ allowsWrites }: { readonly allowsWrites: boolean }): readonly Tool[] {
  return allowsWrites ? [...reading, ...writing] : reading
}

export interface ToolResult {
  readonly content: { readonly type: 'text'; readonly text: string }[]
  readonly isError?: boolean
  readonly [key: string]: unknown
}

/** Maximum characters of a result, so that one answer fits the context of a model. */
const MAX_CHARACTERS = 100_000

/** Runs a tool. Whatever fails is its result, since the program that asked can act on it. */
export async function runTool(
  remote: Remote,
  { name, input }: { readonly name: string; readonly input: unknown },
  allowed: { readonly allowsWrites: boolean },
): Promise<ToolResult> {
  try {
    const tool = toolsOf(allowed).find((one) => one.name === name)
    if (tool === undefined) throw new UsageError(missingTool(name))
    const result = await tool.run(remote, isRecord(input) ? input : {})
    return answer(typeof result === 'string' ? result : JSON.stringify(result, undefined, 2))
  } catch (error) {
    return { ...answer(reasonOf(error)), isError: true }
  }
}

function missingTool(name: string): string {
  const needsWrites = writing.some((tool) => tool.name === name)
  return needsWrites
    ? `\`${name}\` changes something; start the server with \`--allow-writes\``
    : `there is no tool \`${name}\``
}

/** The message of a failed call begins with its code. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function answer(whole: string): ToolResult {
  const cut = `${whole.slice(0, MAX_CHARACTERS)}\n… ${String(whole.length - MAX_CHARACTERS)} characters are left out`
  return { content: [{ type: 'text', text: whole.length > MAX_CHARACTERS ? cut : whole }] }
}

function object(properties: Input, required: string[] = []): Tool['inputSchema'] {
  return { type: 'object', properties, ...(required.length > 0 && { required }) }
}

function optional(input: Input, name: string): string | undefined {
  const value = input[name]
  if (value === undefined || typeof value === 'string') return value
  throw new UsageError(`\`${name}\` must be text, got ${describe(value)}`)
}

function needed(input: Input, name: string): string {
  const value = optional(input, name)
  if (value === undefined || value === '') throw new UsageError(`\`${name}\` is missing`)
  return value
}

/** The member alone, if it was given. */
function given(input: Input, name: string): Input {
  const value = optional(input, name)
  return value === undefined ? {} : { [name]: value }
}

function oneOf<T extends string>(input: Input, name: string, values: readonly T[]): T {
  const found = values.find((value) => value === input[name])
  if (found !== undefined) return found
  throw new UsageError(`\`${name}\` must be one of ${values.join(', ')}, got ${describe(input[name])}`)
}

/** One of the values, if the member was given. */
function among<T extends string>(input: Input, name: string, values: readonly T[]): T | undefined {
  return input[name] === undefined ? undefined : oneOf(input, name, values)
}

const USUAL_LIMIT = 20

function count({ limit: value = USUAL_LIMIT }: Input): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= limit.maximum) return value
  throw new UsageError(`\`limit\` must be a whole number from 1 to ${String(limit.maximum)}, got ${describe(value)}`)
}
