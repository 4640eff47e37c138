import { describe, expect, test } from 'vitest'
import { pairs, useStage } from './interop-stage.js'

const stage = useStage()

describe.each(pairs)('a trigger type of %s, bound by %s', (provider, consumer) => {
  const type = `tick-of-${provider}-for-${consumer}`

  test('is bound, fired and taken back', async () => {
    const id = `${consumer}::on-${type}`
    await stage().actor(provider).do('provide', { trigger_type: type })
    await stage().serve(consumer, id, { handler: 'record', result: { heard: true } })
    const handle = await stage().bind(consumer, type, id, { every: 5 }, { color: 'red' })
    const bound = await stage()
      .actor(provider)
      .heard(({ event, of }) => event === 'bound' && of === type)
    expect(bound).toMatchObject({ function_id: id, config: { every: 5 }, metadata: { color: 'red' } })

    const fired = await stage()
      .actor(provider)
      .do('fire', { trigger_type: type, payload: { tick: 1 } })
    expect(fired).toEqual([{ heard: true }])
    const [received] = await stage().actor(consumer).received(id)
    expect(received?.['payload']).toMatchObject({ tick: 1 })

    await stage().actor(consumer).do('undo', { handle })
    await stage()
      .actor(provider)
      .heard(({ event, of, trigger_id }) => event === 'unbound' && of === type && trigger_id === bound['trigger_id'])
    expect(await stage().actor(provider).do('fire', { trigger_type: type, payload: {} })).toEqual([])
  })

  test('triggers registered before their type are bound once the type is registered', async () => {
    const late = `late-${type}`
    const id = `${consumer}::on-${late}`
    await stage().serve(consumer, id, { handler: 'record' })
    await stage()
      .actor(consumer)
      .do('bind', { handle: late, type: late, function_id: id, config: { every: 1 } })
    await stage().actor(provider).do('provide', { trigger_type: late })
    const bound = await stage()
      .actor(provider)
      .heard(({ event, of }) => event === 'bound' && of === late)
    expect(bound).toMatchObject({ function_id: id, config: { every: 1 } })
  })

  test('reports the reason when it refuses a trigger', async () => {
    const refusing = `refusing-${type}`
    await stage().actor(provider).do('provide', { trigger_type: refusing })
    const given = { handle: refusing, type: refusing, function_id: `${consumer}::none`, config: { refuse: 'too late' } }
    await stage().actor(consumer).do('bind', given)
    const error = {
      code: 'trigger_registration_failed',
      message: expect.stringContaining('refused: too late') as string,
    }
    await expect
      .poll(() => stage().engine.frames(consumer).received)
      .toContainEqual(
        expect.objectContaining({
          type: 'triggerregistrationresult',
          trigger_type: refusing,
          error: expect.objectContaining(error) as object,
        }),
      )
  })
})
