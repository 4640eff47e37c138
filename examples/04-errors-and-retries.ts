/**
 * Errors and retries: a call says how it ended, a queue calls again until it succeeds. Time is the test engine's own, so
 * the minutes between the attempts take no time here.
 */
import { ErrorCode, InvocationError, NotConnectedError, TimeoutError } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine({
  clock: 'virtual',
  builtins: { 'iii-queue': { queue_configs: { mail: { type: 'standard', max_retries: 5, backoff_ms: 60_000 } } } },
})
const worker = engine.connect({ workerName: 'mailer', diagnostics: 'silent' })
const startedAt = engine.now()
let attempt = 0
const endingOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error)

worker.registerFunction('mail::send', () => {
  attempt += 1
  const minutes = Math.round((engine.now() - startedAt) / 60_000)
  console.log(`attempt ${String(attempt)} after ${String(minutes)} min`)
  if (attempt < 3) throw new Error('the mail server is down')
})
worker.registerFunction('mail::hang', () => new Promise(() => undefined))
await worker.ready()

console.log('a queue tries again:')
await engine.enqueue('mail', 'mail::send', { to: 'ada' })
await engine.advance('30m')

console.log('a direct call does not, it tells what happened:')
const endings = [
  worker.trigger({ function_id: 'mail::nowhere', payload: {} }),
  worker.trigger({ function_id: 'mail::hang', payload: {}, timeoutMs: 5_000 }),
].map(endingOf)
await engine.advance('5s')
const [missing, late] = await Promise.all(endings)
console.log(
  '-',
  missing instanceof InvocationError && missing.code === ErrorCode.function_not_found ? 'nobody serves it' : missing,
)
console.log('-', late instanceof TimeoutError ? 'no answer in time; it may still be running' : late)

const cut = endingOf(worker.trigger({ function_id: 'mail::hang', payload: {} }))
await engine.waitFor((frame) => frame.type === 'invokefunction' && frame.function_id === 'mail::hang')
engine.drop(worker)
const lost = await cut
console.log('-', lost instanceof NotConnectedError ? `link lost, outcome ${lost.outcome}` : lost)

await engine.close()
