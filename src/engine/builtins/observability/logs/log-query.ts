/** The functions `engine::logs::*`: query and delete log records. */
import type { Infer } from '../../../../wire/protocol/validate.js'
import type { BuiltinFunction, EngineHost } from '../../builtin.js'
import { integer, optional, string } from '../../../config/builtin-fields.js'
import { builtinFunction } from '../../../config/builtin-input.js'
import type { LogRecord } from './log-record.js'
import type { Logs } from './logs.js'
import { nanosToMs } from '../otlp-value.js'
import { finite, isWithin } from '../traces/trace-query.js'

const logQuery = {
  start_time: optional(finite),
  end_time: optional(finite),
  trace_id: optional(string),
  span_id: optional(string),
  severity_min: optional(finite),
  severity_text: optional(string),
  offset: optional(integer(0)),
  limit: optional(integer(0)),
}

type LogQuery = Infer<typeof logQuery>

export function logReadFunctions(host: EngineHost, logs: Logs): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'engine::logs::list',
      description: 'Lists matching log records, newest first',
      input: logQuery,
      call: (query) => {
        const found = logs.newestFirst().filter((record) => fits(record, query))
        const { offset = 0, limit = found.length } = query
        return {
          logs: found.slice(offset, offset + limit),
          total: found.length,
          query: queryRow(query, Object.keys(logQuery)),
          timestamp: host.clock.epochMs(),
        }
      },
    }),
    builtinFunction({
      id: 'engine::logs::clear',
      description: 'Deletes all log records',
      input: {},
      call: () => {
        logs.clear()
        return { success: true }
      },
    }),
  ]
}

/** The members of a query as the answer repeats them; those that were not given are null. */
export function queryRow(query: object, keys: readonly string[]): Record<string, unknown> {
  const given = new Map<string, unknown>(Object.entries(query))
  return Object.fromEntries(keys.map((key) => [key, given.get(key) ?? null]))
}

function fits(record: LogRecord, query: LogQuery): boolean {
  const { trace_id, span_id, severity_min = -Infinity, severity_text } = query
  // A record without its own time uses the time at which it was received.
  const nanos = record.timestamp_unix_nano || record.observed_timestamp_unix_nano
  return (
    (trace_id === undefined || record.trace_id === trace_id.toLowerCase()) &&
    (span_id === undefined || record.span_id === span_id.toLowerCase()) &&
    record.severity_number >= severity_min &&
    (severity_text === undefined || record.severity_text.toLowerCase() === severity_text.toLowerCase()) &&
    isWithin(nanosToMs(nanos), query.start_time, query.end_time)
  )
}
