/** A key whose worker was gone: each later caller waited for the lease again, though another one had seen its end. */
import { expect, test } from 'vitest'
import { testEngine } from '../kit/local-rig.js'

test('callers after the first one learn at once that the work of a key is lost', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const first = engine.connect({ diagnostics: 'silent' })
  // Loads the code of `once`, which virtual time does not wait for.
  await first.once('other', () => 1)
  void first.once('k', () => new Promise(() => undefined))
  await engine.advance('5s')
  engine.killWorker(first)

  const ask = async (limit: string): Promise<unknown> => {
    const worker = engine.connect({ diagnostics: 'silent' })
    await worker.once('other', () => 1)
    let code: unknown
    worker.once('k', () => 'again').catch((error: unknown) => (code = (error as { code?: unknown }).code))
    await engine.advance(limit)
    return code
  }
  // The lease is 10 s, and callers compare it with their own clock at 20 s.
  expect(await ask('11s')).toBe('IDEMPOTENCY_UNKNOWN')
  expect(await ask('100ms')).toBe('IDEMPOTENCY_UNKNOWN')
})
