/** Runs a function from the console, in a trace of its own, so that the answer leads to what happened. */
import { ErrorCode, InvocationError } from '../../errors.js'
import { systemClock } from '../../std/time/clock.js'
import { call } from './engine.js'
import type { PageCallOptions } from './connection.js'

/** How a run ended. */
export interface RunResult {
  readonly functionId: string
  readonly traceId: string
  readonly startedMs: number
  readonly durationMs: number
  readonly result?: unknown
  readonly error?: { readonly code: string; readonly message: string; readonly stack: string | undefined }
}

function hex(count: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
}

/** A trace that the console starts. */
export function newTrace(): { readonly traceId: string; readonly traceparent: string } {
  const traceId = hex(16)
  return { traceId, traceparent: `00-${traceId}-${hex(8)}-01` }
}

export async function run(functionId: string, data: unknown, options: PageCallOptions = {}): Promise<RunResult> {
  const { traceId, traceparent } = newTrace()
  const startedMs = systemClock.epochMs()
  const from = systemClock.now()
  const about = { functionId, traceId, startedMs }
  try {
    const result = await call<unknown>(functionId, data, { ...options, traceparent })
    return { ...about, durationMs: systemClock.now() - from, result }
  } catch (thrown) {
    const isCoded = thrown instanceof InvocationError
    const message = isCoded ? thrown.detail : thrown instanceof Error ? thrown.message : String(thrown)
    const error = {
      code: isCoded ? thrown.code : ErrorCode.invocation_failed,
      message,
      stack: isCoded ? thrown.stacktrace : undefined,
    }
    return { ...about, durationMs: systemClock.now() - from, error }
  }
}
