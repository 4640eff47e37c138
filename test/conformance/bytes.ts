/** Bytes as scenarios spell them. */
import type { BytesSpec } from './scenario.js'

export function bytesOf(spec: BytesSpec): Buffer {
  if (spec.hex !== undefined) return Buffer.from(spec.hex, 'hex')
  if (spec.fill !== undefined) return Buffer.alloc(spec.size ?? 0, spec.fill)
  const body = spec.json === undefined ? (spec.text ?? '') : JSON.stringify(spec.json)
  return Buffer.from((spec.prefix ?? '') + body, 'utf8')
}

/** Bytes for a report: how many, and how they begin. */
export function showBytes(bytes: Buffer): string {
  return `${bytes.length} bytes ${bytes.subarray(0, 40).toString('hex')}`
}
