import { expect, test } from 'vitest'
import { audit } from '../../../src/workflow/audit.js'
import { DEFAULT_LIMITS } from '../../../src/workflow/options.js'
import { startRun } from '../../../src/workflow/records/requests.js'
import { Schedule, type Due } from '../../../src/workflow/records/schedule.js'
import type { RunSessionParts } from '../../../src/workflow/run/session-parts.js'
import { Schedule as Events } from '../../sim/schedule.js'
import { simRandom } from '../../sim/sim-random.js'
import { Engine, Machine } from '../../sim/workflow-stage.js'

test('after a new boot of the engine, runs that its schedule has forgotten are put back, once for each boot', async () => {
  const events = new Events(simRandom(1))
  const engine = new Engine({ schedule: events, random: simRandom(2), latencyMs: 1, saveMs: 0 })
  const { store, process } = new Machine(engine, 'm')
  const schedule = new Schedule(store, 'w')
  const parts = {
    ...{ store, clock: process.clock, random: simRandom(3), settings: DEFAULT_LIMITS, workflow: { id: 'w' } },
    ...{ scheduleOf: () => schedule, wake: () => undefined },
  } as unknown as RunSessionParts
  const due = async (): Promise<Due[]> => {
    const found: Due[] = []
    for await (const entries of schedule.due(process.clock.epochMs())) found.push(...entries)
    return found
  }
  const forget = (): void => {
    const scopes = engine.scopes.filter((scope) => !scope.includes('/run/') && !scope.endsWith('/boot'))
    for (const scope of scopes) for (const key of engine.values(scope).keys()) engine.put(scope, key, undefined)
  }
  const work = async (): Promise<void> => {
    await startRun(parts, { workflow: 'w', run: 'r', token: 't', input: 1, version: 1, at: process.clock.epochMs() })
    forget()
    expect(await due()).toEqual([])
    await audit(parts, 'boot 1', () => true)
    expect(await due()).toMatchObject([{ run: 'r' }])
    forget()
    await audit(parts, 'boot 1', () => true)
    expect(await due()).toEqual([])
    await audit(parts, 'boot 2', () => true)
    expect(await due()).toMatchObject([{ run: 'r' }])
  }
  const ended = work()
  await events.runUntil(10_000)
  await ended
})
