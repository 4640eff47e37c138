/**
 * This package with spans and metrics: the gauges of the worker each second, and a counter that each call increments.
 */
import type { End } from '../side.js'
import { signalEnd } from '../signal-end.js'

export function connectEnd(url: string): Promise<End> {
  return signalEnd(url, 'metrics')
}
