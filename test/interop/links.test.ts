import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { makers, useStage, type Maker } from './interop-stage.js'

const stage = useStage({}, async (stage) => {
  for (const maker of makers) {
    await stage.serve(maker, `${maker}::echo`, { handler: 'echo' })
    await stage.serve(maker, `${maker}::never`, { handler: 'never' })
  }
})

const WAIT = { timeout: 5_000 }

/** A worker of another make than the one a test is about. */
const otherThan = (maker: Maker): Maker => (maker === 'ours' ? 'python' : 'ours')

/** Counts the times a worker introduced itself as the one it had been. */
function reattached(maker: Maker): number {
  return stage()
    .engine.frames(maker)
    .sent.filter(({ type }) => type === 'reattach').length
}

async function cut(maker: Maker): Promise<void> {
  const before = reattached(maker)
  stage().engine.drop(maker)
  await expect.poll(() => reattached(maker), WAIT).toBe(before + 1)
}

describe.each(makers)('when the engine drops the link, %s', (maker) => {
  const other = otherThan(maker)

  test('reconnects with its functions, sends calls and serves calls', async () => {
    await cut(maker)
    await stage().known(`${maker}::echo`)
    expect(
      await stage()
        .actor(other)
        .do('call', { function_id: `${maker}::echo`, payload: 'to' }),
    ).toBe('to')
    expect(
      await stage()
        .actor(maker)
        .do('call', { function_id: `${other}::echo`, payload: 'from' }),
    ).toBe('from')
    expect((await stage().workers()).filter((name) => name === maker)).toEqual([maker])
  })

  test('its triggers fire once each after the reconnect', async () => {
    const id = `${maker}::news`
    await stage().serve(maker, id, { handler: 'record' })
    await stage().bind(maker, 'subscribe', id, { topic: `news-for-${maker}` })
    await cut(maker)
    await stage().known(id)
    await expect.poll(() => stage().bindings(id), WAIT).toHaveLength(1)
    const publish = (data: unknown): Promise<unknown> =>
      stage()
        .actor(other)
        .do('call', { function_id: 'publish', payload: { topic: `news-for-${maker}`, data } })
    await publish('first')
    await publish('last')
    const received = await stage().actor(maker).received(id, 2)
    expect(received.map(({ payload }) => payload).sort()).toEqual(['first', 'last'])
  })

  test('receives the triggers of the type it provides again', async () => {
    const type = `tick-of-${maker}`
    await stage().actor(maker).do('provide', { trigger_type: type })
    await stage().bind(other, type, `${other}::echo`, { every: 5 })
    const bound = ({ event, of }: { event: string; of?: string }): boolean => event === 'bound' && of === type
    const first = await stage().actor(maker).heard(bound)
    await cut(maker)
    const [, again] = await stage().actor(maker).receivedTimes(2, bound)
    expect(again).toEqual(first)
    const fired = await stage().actor(maker).do('fire', { trigger_type: type, payload: 'tick' })
    expect(fired).toEqual(['tick'])
  })

  test('leaves no caller waiting', async () => {
    const called = stage()
      .actor(other)
      .do('call', { function_id: `${maker}::never`, payload: { mark: 'dropped' } })
    const seen = expect(called).rejects.toMatchObject({ seen: { code: 'invocation_stopped' } })
    await stage().engine.waitFor(
      (frame) =>
        frame.type === 'invokefunction' &&
        frame.function_id === `${maker}::never` &&
        (frame.data as { mark?: string }).mark === 'dropped',
    )
    await cut(maker)
    await seen
  })

  test('rejects a pending call when the connection is lost', async () => {
    const called = stage()
      .actor(maker)
      .do('call', { function_id: `${other}::never`, payload: { mark: maker }, timeout_ms: 500 })
    // The official clients find out by the time limit alone.
    const code = maker === 'ours' ? 'CONNECTION_LOST' : 'TIMEOUT'
    const seen = expect(called).rejects.toMatchObject({ seen: { code } })
    await stage().engine.waitFor(
      (frame) => frame.type === 'invokefunction' && (frame.data as { mark?: string } | null)?.mark === maker,
    )
    await cut(maker)
    await seen
  })

  test('makes the calls of the meantime when the engine is back', async () => {
    const before = reattached(maker)
    const { engine } = stage()
    engine.drop(maker)
    engine.pause()
    // The client has to see that its link is gone, else it would write into it.
    // eslint-disable-next-line local/real-time -- clients of other makers notice a lost link in their own time
    await delay(250)
    const called = stage()
      .actor(maker)
      .do('call', { function_id: `${other}::echo`, payload: 'meanwhile' })
    // eslint-disable-next-line local/real-time -- clients of other makers notice a lost link in their own time
    await delay(100)
    engine.resume()
    await expect.poll(() => reattached(maker), WAIT).toBe(before + 1)
    expect(await called).toBe('meanwhile')
  })
})
