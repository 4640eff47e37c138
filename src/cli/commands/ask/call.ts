/** `iii-node call`: calls one function and prints its result as JSON, or describes its payload. */
import { Exit, UsageError, type RunCommand, type Terminal, type Values } from '../../command.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { delay, systemClock } from '../../../std/time/clock.js'
import { describe } from '../../../std/text/describe.js'
import { callOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { clean, jsonOf, wholeJson } from '../../print/text.js'
import { isMissing, withEngine, type Remote } from './connection.js'
import { notFound } from './inspect.js'
import type { Trace } from './traces.js'
import { payloadOf } from './payload.js'
import type { FunctionDetail } from '../../../wire/protocol/function-rows.js'

type CallValues = Values<typeof callOptions>
type Action = { type: 'enqueue'; queue: string } | { type: 'void' }

const HELP = ['--help', '-h']

export const run: RunCommand = async (args, terminal) => {
  const isHelp = args.some((arg) => HELP.includes(arg))
  const { values, positionals } = parse(
    callOptions,
    args.filter((arg) => !HELP.includes(arg)),
  )
  const [functionId, ...words] = positionals
  if (functionId === undefined) throw new UsageError('call needs the id of a function')
  const action = actionOf(values)
  const payload = isHelp ? {} : await payloadOf(words, terminal.stdin)
  return withEngine({ name: 'call', values, traced: values.trace ?? false }, async (remote) => {
    const request = { functionId, payload, action }
    const print = (result: unknown): void => terminal.out(wholeJson(result, values.json === true ? 0 : undefined))
    if (isHelp) await describePayload(remote, functionId, terminal)
    else if (values.trace === true) await tracedCall(remote, request, { terminal, print })
    else print(await send(remote, request))
    return Exit.OK
  })
}

interface Request {
  readonly functionId: string
  readonly payload: unknown
  readonly action: Action | undefined
}

function actionOf({ enqueue, void: isVoid = false }: CallValues): Action | undefined {
  if (enqueue !== undefined && isVoid) throw new UsageError('--enqueue and --void cannot be combined')
  if (enqueue?.trim() === '') throw new UsageError(`--enqueue must be the name of a queue, got ${describe(enqueue)}`)
  if (enqueue !== undefined) return { type: 'enqueue', queue: enqueue }
  return isVoid ? { type: 'void' } : undefined
}

async function send({ worker }: Remote, { functionId, payload, action }: Request): Promise<unknown> {
  if (action?.type === 'void') await worker.ready()
  const result: unknown = await worker.trigger({ function_id: functionId, payload, action })
  // Resolves once the engine has handled the frame of a call that has no answer.
  if (action?.type === 'void') await worker.ready()
  return result
}

/** Runs the call in a span, and draws its trace on stderr, also when it fails. */
async function tracedCall(
  remote: Remote,
  request: Request,
  { terminal, print }: { readonly terminal: Terminal; readonly print: (result: unknown) => void },
): Promise<void> {
  const [{ context, SpanStatusCode, trace }, { traceLines }] = await Promise.all([
    import('@opentelemetry/api'),
    import('./traces.js'),
  ])
  const { telemetry } = remote.worker
  const span = telemetry.tracer?.startSpan(`call ${request.functionId}`)
  if (span === undefined)
    throw new UsageError('--trace needs telemetry, which OTEL_ENABLED or OTEL_SDK_DISABLED disables')
  try {
    const result = await context.with(trace.setSpan(context.active(), span), () => send(remote, request))
    print(result)
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) })
    throw error
  } finally {
    span.end()
    await telemetry.flush()
    const found = await settledTrace(remote, span.spanContext().traceId)
    for (const line of traceLines(found, terminal.screen)) terminal.err(line)
  }
}

/** Interval at which the trace is read again. Workers send their spans in batches. */
const TRACE_POLL_MS = 150
/** Readings after which the trace is drawn as it is. */
const MAX_READINGS = 10

/** The trace once two readings in a row are equal. */
async function settledTrace(remote: Remote, id: string): Promise<Trace> {
  const { traceOf } = await import('./traces.js')
  let trace = await traceOf(remote, id)
  for (let reading = 1; reading < MAX_READINGS; reading += 1) {
    await delay(systemClock, TRACE_POLL_MS)
    const next = await traceOf(remote, id)
    if (JSON.stringify(next) === JSON.stringify(trace)) return next
    trace = next
  }
  return trace
}

async function describePayload({ ask, namespace }: Remote, id: string, terminal: Terminal): Promise<void> {
  const query = { function_id: id, ...(namespace === undefined ? {} : { namespace }) }
  const detail = await ask<FunctionDetail>('engine::functions::info', query).catch(async (error: unknown) => {
    throw isMissing(error) ? await notFound({ ask }, id) : error
  })
  const { description, request_schema: schema } = detail
  terminal.out(`Usage: iii-node call ${clean(id)} ${membersIn(schema).map(usageOf).join(' ')}`.trimEnd())
  if (typeof description === 'string' && description !== '') terminal.out(`\n${clean(description)}`)
  if (schema === undefined || schema === null) {
    terminal.out('\nThe function declares no schema; it takes any JSON.')
    return
  }
  const members = membersIn(schema)
  if (members.length === 0) terminal.out(`\nThe schema of the payload:\n${jsonOf(schema, 2)}`)
  else terminal.out(`\nMembers:\n${members.map(memberLine).join('\n')}`)
}

interface Member {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly about: string
}

/** The members of an object by its JSON Schema. */
function membersIn(schema: unknown): Member[] {
  if (!isRecord(schema) || !isRecord(schema['properties'])) return []
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
  return Object.entries(schema['properties']).map(([name, property]) => {
    const rules = isRecord(property) ? property : {}
    return { name, type: typeOf(rules), isRequired: required.includes(name), about: aboutOf(rules) }
  })
}

function typeOf({ type, enum: choices, const: only }: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(choices)) return choices.map((choice) => clean(choice)).join(' | ')
  if (only !== undefined) return clean(only)
  if (Array.isArray(type)) return type.map((each) => clean(each)).join(' | ')
  return typeof type === 'string' ? clean(type) : 'JSON'
}

function aboutOf({ description, default: usual }: Readonly<Record<string, unknown>>): string {
  const text = typeof description === 'string' ? clean(description) : ''
  return usual === undefined ? text : `${text}${text === '' ? '' : ' '}(default: ${clean(usual)})`
}

function usageOf({ name, type, isRequired }: Member): string {
  const form = `${clean(name)}${type === 'string' ? '=' : ':='}…`
  return isRequired ? form : `[${form}]`
}

function memberLine({ name, type, isRequired, about }: Member): string {
  return `  ${clean(name).padEnd(20)} ${`${type}${isRequired ? ', required' : ''}`.padEnd(20)} ${about}`.trimEnd()
}
