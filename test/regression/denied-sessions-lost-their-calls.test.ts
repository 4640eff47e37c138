/** A denied token was CONNECTION_LOST with an unknown outcome for calls that the engine had never looked at. */
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker, type DiagnosticEvent } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

async function guarded() {
  const engine = await testEngine({ rbac: { auth_function_id: 'auth', expose_functions: ['match("*")'] } })
  const admin = engine.connect()
  const runs: unknown[] = []
  admin.registerFunction('auth', ({ headers }: { headers: Record<string, string> }) => {
    if (headers['authorization'] !== 'Bearer right') throw new Error('the token is unknown')
    return {}
  })
  admin.registerFunction('f', (data: unknown) => void runs.push(data))
  await admin.ready()
  const guest = (maxRetries: number) => {
    const events: DiagnosticEvent[] = []
    const worker = registerWorker(engine.guardedUrl, {
      headers: { authorization: 'Bearer wrong' },
      otel: { enabled: false },
      reconnectionConfig: { maxRetries, initialDelayMs: 1 },
      diagnostics: (event) => void events.push(event),
    })
    onTestFinished(() => worker.shutdown())
    return { worker, events }
  }
  return { engine, guest, runs }
}

const DENIED = expect.stringMatching(
  /^The engine at ws:\S+ denied access: .*the token is unknown.*\. Check the token or the headers that this worker sends$/,
) as unknown

test.each([0, -1])('calls end with AUTH_ERROR and not_sent (retries: %i)', async (maxRetries) => {
  const { guest, runs } = await guarded()
  const { worker, events } = guest(maxRetries)
  const failed: unknown = await worker.trigger({ function_id: 'f', payload: {} }).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'AUTH_ERROR', outcome: 'not_sent', message: DENIED })
  expect(events.find(({ kind }) => kind === 'connection_ended')).toMatchObject({
    error: { code: 'AUTH_ERROR', message: DENIED },
  })
  expect(runs).toEqual([])
})

test('a call after the last retry ends with AUTH_ERROR, too', async () => {
  const { guest } = await guarded()
  const { worker } = guest(0)
  await expect(worker.ready()).rejects.toMatchObject({ code: 'AUTH_ERROR' })
  await expect.poll(() => worker.getConnectionState()).toBe('failed')
  await expect(worker.trigger({ function_id: 'f', payload: {} })).rejects.toMatchObject({
    code: 'AUTH_ERROR',
    outcome: 'not_sent',
    message: DENIED,
  })
})
