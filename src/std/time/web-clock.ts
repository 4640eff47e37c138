/** The clock of a web page, where no timer keeps a process alive. */
import { MAX_DELAY_MS, type Clock } from './clock.js'

export const webClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, callback) {
    const timeout = setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_DELAY_MS))
    return { cancel: () => clearTimeout(timeout), setMode: () => undefined }
  },
}
