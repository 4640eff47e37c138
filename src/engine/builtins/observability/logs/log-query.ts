/** The functions `engine::logs::*`: query and delete log records. */
import type { Infer } from '../../../../wire/protocol/validate.js'
import type { BuiltinFunction, EngineHost } from '../../builtin.js'
import { isWithin, time } from '../traces/trace-query.js'
import type { LogRecord } from './log-record.js'
import type { Logs } from './logs.js'
import { nanosToMs } from '../otlp-value.js'
import { builtinFunction } from '../../../declare/function.js'
import { any, boolean, described, integer, list, named, object, optional, string } from '../../../declare/schema.js'

const logQuery = object({
  start_time: time,
  end_time: time,
  trace_id: optional(string()),
  span_id: optional(string()),
  severity_min: optional(integer('int32', 'The lowest severity number')),
  severity_text: optional(string('Such as `INFO`, in any letter case')),
  offset: optional(integer('uint')),
  limit: optional(integer('uint', 'Default: all')),
})

type LogQuery = Infer<typeof logQuery.members>

export function logReadFunctions(host: EngineHost, logs: Logs): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'engine::logs::list',
      description: 'Lists matching log records, newest first',
      input: logQuery,
      output: object({
        logs: list(any()),
        total: integer('uint', 'The number without paging'),
        query: optional(described(named('LogsListQuery', logQuery), 'The query; null for members that were not given')),
        timestamp: integer('int64', 'Milliseconds since 1970'),
      }),
      call: (query) => {
        const found = logs.newestFirst().filter((record) => fits(record, query))
        const { offset = 0, limit = found.length } = query
        return {
          logs: found.slice(offset, offset + limit),
          total: found.length,
          query: queryRow(query),
          timestamp: host.clock.epochMs(),
        }
      },
    }),
    builtinFunction({
      id: 'engine::logs::clear',
      description: 'Deletes all log records',
      input: object({}),
      output: object({ success: boolean(), message: optional(string()) }),
      call: () => {
        logs.clear()
        return { success: true }
      },
    }),
  ]
}

/** The members of a query as the answer repeats them; those that were not given are null. */
export function queryRow<T extends object>(query: T): { readonly [K in keyof T]: NonNullable<T[K]> | null } {
  const members = Object.entries(query).map(([key, value]) => [key, (value as unknown) ?? null])
  // The same members, each with its value or null.
  return Object.fromEntries(members) as { readonly [K in keyof T]: NonNullable<T[K]> | null }
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
