/** This package with spans and logs: one record for each call. */
import type { End } from '../side.js'
import { signalEnd } from '../signal-end.js'

export function connectEnd(url: string): Promise<End> {
  return signalEnd(url, 'logs')
}
