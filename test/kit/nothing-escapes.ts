/** Fails a test when an unhandled rejection or an uncaught exception occurs while it runs. */
import { afterEach, beforeEach, expect } from 'vitest'

/** Watches every test of the file that calls it. */
export function nothingEscapes(): void {
  const escaped: unknown[] = []
  const note = (error: unknown): void => void escaped.push(error)

  beforeEach(() => {
    escaped.length = 0
    process.on('unhandledRejection', note)
    process.on('uncaughtExceptionMonitor', note)
  })

  afterEach(() => {
    process.off('unhandledRejection', note)
    process.off('uncaughtExceptionMonitor', note)
    expect(escaped).toEqual([])
  })
}
