/** Compares JSON values by a short text, whatever the order of their members. */
import { createHash } from 'node:crypto'
import { CALLER_WORKER_ID } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'

/** The fingerprint of a value, without the caller's id that the engine adds to payloads. */
export function fingerprint(value: unknown): string {
  const { [CALLER_WORKER_ID]: _caller, ...payload } = isRecord(value) ? value : {}
  const text = JSON.stringify(isRecord(value) ? payload : value, ordered) as string | undefined
  return createHash('sha256')
    .update(text ?? '')
    .digest('base64url')
    .slice(0, 22)
}

function ordered(_key: string, value: unknown): unknown {
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
