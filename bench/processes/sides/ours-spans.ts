/** This package with spans alone: no payloads in them, no metrics, no logs. */
import type { End } from '../side.js'
import { signalEnd } from '../signal-end.js'

export function connectEnd(url: string): Promise<End> {
  return signalEnd(url, 'spans')
}
