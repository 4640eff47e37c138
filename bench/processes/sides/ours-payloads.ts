/** This package with spans that show the payload and the result of each call. */
import type { End } from '../side.js'
import { signalEnd } from '../signal-end.js'

export function connectEnd(url: string): Promise<End> {
  return signalEnd(url, 'payloads')
}
