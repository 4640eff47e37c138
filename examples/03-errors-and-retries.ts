/**
 * Handles errors of calls by their code, and retries only calls whose function cannot have run.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { ErrorCode, IIIError, NotConnectedError, registerWorker, RemoteError, type TriggerRequest } from 'iii-node'

const worker = registerWorker()

// A handler chooses the code that its caller receives.
worker.registerFunction('stock::reserve', ({ sku }: { sku: string }) => {
  throw new RemoteError({ code: 'OUT_OF_STOCK', message: `No ${sku} left` })
})
worker.registerFunction('stock::report', () => wait(500, 'the report'))
let attempts = 0
worker.registerFunction('stock::count', () => {
  attempts += 1
  if (attempts < 3) throw new RemoteError({ code: ErrorCode.WORKER_BUSY, message: 'Too many requests' })
  return 42
})
await worker.ready()

async function show(request: TriggerRequest): Promise<void> {
  const outcome: unknown = await worker.trigger(request).catch((error: unknown) => {
    if (!(error instanceof IIIError)) throw error
    return error.message // begins with `error.code`
  })
  console.log(request.function_id, '→', outcome)
}
await show({ function_id: 'stock::reserve', payload: { sku: 'tea' } })
await show({ function_id: 'stock::missing', payload: {} })
// After a timeout the outcome is unknown: the handler may still be running.
await show({ function_id: 'stock::report', payload: {}, timeoutMs: 100 })

/** Whether the function cannot have run, so that a retry cannot run it twice. */
function isSafeToRetry(error: unknown): boolean {
  if (error instanceof NotConnectedError) return error.outcome === 'not_sent'
  const codes: readonly string[] = [ErrorCode.WORKER_BUSY, ErrorCode.function_not_found]
  return error instanceof IIIError && codes.includes(error.code)
}

async function callWithRetries(request: TriggerRequest, maxAttempts = 5): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await worker.trigger(request)
    } catch (error) {
      if (attempt === maxAttempts || !isSafeToRetry(error)) throw error
      await wait(50 * 2 ** attempt)
    }
  }
}
const count = await callWithRetries({ function_id: 'stock::count', payload: {} })
console.log('stock::count →', count, `after ${String(attempts)} attempts`)

await worker.shutdownAsync()
