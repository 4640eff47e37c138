/** Reads the log records of an OTLP frame. */
import { stripVTControlCharacters } from 'node:util'
import type { LogRecord } from './log-record.js'
import {
  attributeRecord,
  jsonOf,
  nanosOf,
  numberOf,
  type OtlpObject,
  scopedItems,
  type ScopedItems,
  spanIdOf,
  textOf,
  traceIdOf,
} from '../otlp-value.js'

const NESTING = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' }

/**
 * The records of a frame.
 * @throws {TypeError} when the frame contains no records at all.
 */
export function* logsIn(frame: OtlpObject): Iterable<LogRecord> {
  for (const scoped of scopedItems(frame, NESTING)) {
    for (const record of scoped.items) yield logRecord(record, scoped)
  }
}

function logRecord(record: OtlpObject, { serviceName, resource, scope }: ScopedItems): LogRecord {
  const trace_id = traceIdOf(record['traceId'])
  const span_id = spanIdOf(record['spanId'])
  const body = jsonOf(record['body']) ?? ''
  return {
    timestamp_unix_nano: nanosOf(record['timeUnixNano']),
    observed_timestamp_unix_nano: nanosOf(record['observedTimeUnixNano']),
    severity_number: numberOf(record['severityNumber']) ?? 0,
    severity_text: textOf(record['severityText']) ?? '',
    // Removes terminal colours, which are meaningless in a stored record.
    body: stripVTControlCharacters(typeof body === 'string' ? body : JSON.stringify(body)),
    attributes: attributeRecord(record['attributes']),
    ...(trace_id === undefined ? {} : { trace_id }),
    ...(span_id === undefined ? {} : { span_id }),
    resource,
    service_name: serviceName,
    ...scope,
  }
}
