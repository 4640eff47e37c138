/**
 * `iii-node call`: calls one function and prints its result as JSON.
 */
import { text } from 'node:stream/consumers'
import { NotConnectedError } from '../../errors.js'
import { describe } from '../../std/text/describe.js'
import { oneLine, safeLines } from '../../std/text/one-line.js'
import { registerWorker } from '../../sdk/worker/register-worker.js'
import { Exit, UsageError, type Run } from '../command.js'
import { callOptions } from '../options.js'
import { parse } from '../parse.js'

export const run: Run = async (args, terminal) => {
  const { functionId, json, url, namespace, headers, timeoutMs } = readArguments(args)
  const payload = parsePayload(json === '-' ? await text(terminal.stdin) : json)
  const worker = registerWorker(url, {
    workerName: `iii-node-call:${String(process.pid)}`,
    reconnectionConfig: { maxRetries: 0 },
    diagnostics: 'silent',
    otel: { enabled: false },
    headers,
    ...(namespace === undefined ? {} : { namespace }),
  })
  try {
    const result: unknown = await worker.trigger({
      function_id: functionId,
      payload,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    terminal.out(safeLines(JSON.stringify(result ?? null, undefined, 2)))
    return Exit.OK
  } catch (error) {
    terminal.err(`iii-node call: ${oneLine(reasonOf(error))}`)
    return Exit.FAILED
  } finally {
    await worker.shutdown()
  }
}

interface CallArguments {
  readonly functionId: string
  readonly json: string | undefined
  readonly url: string | undefined
  readonly namespace: string | undefined
  readonly headers: Record<string, string>
  readonly timeoutMs: number | undefined
}

function readArguments(args: readonly string[]): CallArguments {
  const { values, positionals } = parse(callOptions, args)
  const [functionId, json, ...rest] = positionals
  if (functionId === undefined) throw new UsageError('call needs the id of a function')
  if (rest.length > 0) throw new UsageError(`call takes one payload; quote the JSON, got also ${describe(rest[0])}`)
  const { url, namespace } = values
  const headers = parseHeaders(values.header ?? [], values.token)
  return { functionId, json, url, namespace, headers, timeoutMs: parseTimeout(values.timeout) }
}

/** Values may be secret, so error messages never show them. */
export function parseHeaders(lines: readonly string[], token: string | undefined): Record<string, string> {
  const entries = lines.map((line): [string, string] => {
    const [, name, value] = /^([^\s:]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new UsageError("--header must be 'name: value'")
    return [name, value]
  })
  return Object.fromEntries(token === undefined ? entries : [...entries, ['authorization', `Bearer ${token}`]])
}

function parseTimeout(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const timeoutMs = Number(value)
  if (!(timeoutMs > 0))
    throw new UsageError(`--timeout must be a number of milliseconds above 0, got ${describe(value)}`)
  return timeoutMs
}

function parsePayload(json: string | undefined): unknown {
  if (json === undefined || json.trim() === '') return {}
  try {
    return JSON.parse(json)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`the payload is not JSON (${reason}), got ${describe(json)}`)
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // The cause says why the connection failed permanently.
  return error instanceof NotConnectedError && error.cause instanceof Error ? error.cause.message : error.message
}
