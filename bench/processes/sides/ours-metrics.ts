/** This package with spans and metrics: the worker's gauges each second, and a counter that each call raises. */
import type { End } from '../side.js'
import { signalEnd } from '../signal-end.js'

export function connectEnd(url: string): Promise<End> {
  return signalEnd(url, 'metrics')
}
