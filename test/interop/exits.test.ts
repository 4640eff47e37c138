import { describe, expect, test } from 'vitest'
import { makers, useStage } from './interop-stage.js'

const stage = useStage()

describe.each(makers)('the process of %s', (maker) => {
  const id = `${maker}::never`

  test('is killed: pending calls fail, and a successor takes over its name and functions', async () => {
    await stage().serve(maker, id, { handler: 'never' })
    const called = stage().engine.call(id, {})
    const seen = expect(called).rejects.toMatchObject({ code: 'invocation_stopped' })
    await stage().engine.waitFor((frame) => frame.type === 'invokefunction' && frame.function_id === id)
    stage().actor(maker).kill()
    await seen
    expect(await stage().actor(maker).exited).toEqual({ code: null, signal: 'SIGKILL' })
    await expect.poll(() => stage().workers()).not.toContain(maker)

    await stage().add(maker, maker)
    await stage().serve(maker, id, { handler: 'echo' })
    expect(await stage().engine.call(id, 'again')).toBe('again')
    expect(await stage().workers()).toContain(maker)
  })

  test('exits after a shutdown, and its functions are removed', async () => {
    expect(await stage().functions()).toContain(id)
    expect(await stage().actor(maker).end()).toEqual({ code: 0, signal: null })
    await expect.poll(() => stage().workers()).not.toContain(maker)
    expect(await stage().functions()).not.toContain(id)
    await expect(stage().engine.call(id, {})).rejects.toMatchObject({ code: 'function_not_found' })
  })
})
