import { describe, expect, test } from 'vitest'
import { makers, pairs, useStage } from './interop-stage.js'

const stage = useStage({}, async (stage) => {
  await Promise.all(
    makers.flatMap((maker) =>
      ['echo', 'record', 'fail', 'refuse', 'never'].map((handler) =>
        stage.serve(maker, `${maker}::${handler}`, { handler, result: { by: maker } }),
      ),
    ),
  )
})

describe.each(pairs)('%s calls %s', (caller, callee) => {
  const call = (handler: string, payload: unknown, more: object = {}): Promise<unknown> =>
    stage()
      .actor(caller)
      .do('call', { function_id: `${callee}::${handler}`, payload, ...more })

  test('values of every kind come back as they were sent', async () => {
    const values = [0, -1.5, 9007199254740991, 'grüße 🌍\u0000"\\', true, [], [1, [2, { a: null }]], '']
    expect(await Promise.all(values.map((value) => call('echo', value)))).toEqual(values)
    expect(await call('echo', { deep: { list: [1, 'two', null] } })).toMatchObject({ deep: { list: [1, 'two', null] } })
  })

  test('payloads of several hundred kilobytes come through both ways', async () => {
    const text = 'ä'.repeat(200_000)
    expect(await call('echo', { text })).toMatchObject({ text })
  })

  test('a call carries metadata beside its payload, and the id of its caller within', async () => {
    const mark = `metadata of ${caller}`
    expect(await call('record', { mark }, { metadata: { tenant: 'acme' } })).toEqual({ by: callee })
    const received = await stage()
      .actor(callee)
      .heard(({ payload }) => (payload as { mark?: string } | undefined)?.mark === mark)
    expect(received['metadata']).toEqual({ tenant: 'acme' })
    const { workers } = (await stage().engine.call('engine::workers::list')) as {
      workers: { id: string; name: string }[]
    }
    const id = workers.find(({ name }) => name === caller)?.id
    expect(received['payload']).toEqual({ mark, _caller_worker_id: id })
  })

  test('a call without an answer arrives, too', async () => {
    const mark = `void of ${caller}`
    expect(await call('record', { mark }, { action: { type: 'void' } })).toBeNull()
    await stage()
      .actor(callee)
      .heard(({ payload }) => (payload as { mark?: string } | undefined)?.mark === mark)
  })

  test("a handler's failure reaches the caller with its message", async () => {
    await expect(call('fail', { message: 'out of tea' })).rejects.toMatchObject({
      seen: {
        kind: expect.stringMatching(/^(Invocation|Remote)Error$/) as string,
        code: 'invocation_failed',
        message: expect.stringContaining('out of tea') as string,
        function_id: `${callee}::fail`,
        has_stack: true,
      },
    })
  })

  test('a code the handler chose reaches the caller if its client sends it', async () => {
    // The official clients send one code for whatever a handler throws.
    const code = callee === 'ours' ? 'OUT_OF_STOCK' : 'invocation_failed'
    await expect(call('refuse', { code: 'OUT_OF_STOCK', message: 'none left' })).rejects.toMatchObject({
      seen: { code, message: expect.stringContaining('none left') as string },
    })
  })

  test('a call that is not answered in time ends with TIMEOUT', async () => {
    await expect(call('never', {}, { timeout_ms: 60 })).rejects.toMatchObject({
      seen: { code: 'TIMEOUT', function_id: `${callee}::never` },
    })
  })

  test('a function that has been taken back is not found', async () => {
    const function_id = `${callee}::gone-for-${caller}`
    await stage().serve(callee, function_id, { handler: 'echo' })
    await stage().actor(callee).do('undo', { handle: function_id })
    await expect.poll(() => stage().functions()).not.toContain(function_id)
    await expect(stage().actor(caller).do('call', { function_id, payload: {} })).rejects.toMatchObject({
      seen: { code: 'function_not_found', function_id },
    })
  })
})

test('a hundred calls at a time between all of them end with their own answers', async () => {
  const calls = pairs.flatMap(([caller, callee]) =>
    // The pairs of the newest Python client come on top of the load of the others.
    Array.from({ length: [caller, callee].includes('newest-python') ? 20 : 100 }, (_, n) => ({
      caller,
      callee,
      payload: `${caller} to ${callee} ${String(n)}`,
    })),
  )
  const answers = await Promise.all(
    calls.map(({ caller, callee, payload }) =>
      stage()
        .actor(caller)
        .do('call', { function_id: `${callee}::echo`, payload }),
    ),
  )
  expect(answers).toEqual(calls.map(({ payload }) => payload))
})
