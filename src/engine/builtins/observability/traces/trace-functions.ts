/**
 * The functions `engine::traces::*`.
 */
import { ErrorCode, InvocationError } from '../../../../errors.js'
import type { BuiltinFunction } from '../../builtin.js'
import { nanosToMs } from '../otlp-value.js'
import type { SpanRow } from './span-row.js'
import type { Spans } from './spans.js'
import { groupTraces, traceGroup } from './trace-groups.js'
import { isInternalSpan, listTraces, tracePage, traceQuery } from './trace-query.js'
import { treeOf } from './trace-tree.js'
import { builtinFunction } from '../../../declare/function.js'
import { any, boolean, integer, list, object, optional, string } from '../../../declare/schema.js'

const DEFAULT_GROUPS = 100

const groupQuery = object({
  attribute: string('The attribute whose values form the groups'),
  since_ms: optional(integer('uint64', 'Milliseconds since 1970'), null),
  limit: optional(integer('uint32', `Maximum groups; default ${String(DEFAULT_GROUPS)}`), null),
  include_internal: optional(boolean('Whether spans of internal functions count'), null),
  label_attribute: optional(string('The attribute with a label of the group for people'), null),
})

/** Declares the functions; `spans` is absent if spans are not kept. */
export function traceFunctions(spans: Spans | undefined): BuiltinFunction[] {
  const kept = (): Spans => {
    if (spans !== undefined) return spans
    const message =
      'This engine keeps no spans; set `enabled` of `iii-observability` to true, and its `exporter` to `memory` or `both`'
    throw new InvocationError({ code: ErrorCode.memory_exporter_not_enabled, message })
  }
  return [
    builtinFunction({
      id: 'engine::traces::list',
      description: 'Lists matching spans; only root spans unless all are requested',
      input: traceQuery,
      output: tracePage,
      call: (query) => ({ ...listTraces(kept(), query), storage: storageOf(kept()) }),
    }),
    builtinFunction({
      id: 'engine::traces::tree',
      description: 'Returns the spans of a trace as a tree',
      input: object({ trace_id: string() }),
      output: object({ roots: list(any()), storage: any() }),
      call: ({ trace_id }) => ({ roots: treeOf(kept().ofTrace(trace_id)), storage: storageOf(kept()) }),
    }),
    groupByFunction(kept),
    builtinFunction({
      id: 'engine::traces::clear',
      description: 'Deletes all spans',
      input: object({}),
      output: object({ success: boolean() }),
      call: () => {
        kept().clear()
        return { success: true }
      },
    }),
  ]
}

function groupByFunction(kept: () => Spans): BuiltinFunction {
  return builtinFunction({
    id: 'engine::traces::group_by',
    description: 'Groups spans by the value of an attribute',
    input: groupQuery,
    output: object({ groups: list(traceGroup), storage: any() }),
    call: ({ attribute, since_ms: sinceMs = 0, limit = DEFAULT_GROUPS, include_internal, label_attribute }) => {
      const isWanted = (span: SpanRow): boolean =>
        nanosToMs(span.start_time_unix_nano) >= sinceMs && (include_internal === true || !isInternalSpan(span))
      const wanted = kept().all().filter(isWanted)
      const groups = groupTraces(wanted, { attribute, labelAttribute: label_attribute, limit })
      return { groups, storage: storageOf(kept()) }
    },
  })
}

/** How many of the received spans are still stored. Nothing is on disk. */
function storageOf({ dropped }: Spans): Record<string, unknown> {
  return {
    archive: 'disabled',
    completeness: dropped === 0 ? 'complete' : 'partial',
    known_dropped_spans: dropped,
    last_error: null,
    max_disk_bytes: 0,
    physical_bytes: 0,
  }
}
