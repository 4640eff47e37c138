/**
 * A real local engine on virtual time, reached in memory by workers that the test plays frame by frame; `guardedRig` adds a
 * guarded listener and its administrator.
 */
import { onTestFinished } from 'vitest'
import { engineConfigOf, type EngineSettings } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'
import { defaultLimits, type EngineLimits } from '../../src/engine/limits.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { RawWorker, type Frame } from './raw-worker.js'
import { seededRandom } from './seeded-random.js'

interface RigLog {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

export interface EngineRig {
  readonly clock: VirtualClock
  readonly engine: LocalEngine
  readonly lines: RigLog[]
  /** A connected worker; announced when something to announce is given. */
  worker(announcement?: Frame, listener?: number): Promise<RawWorker>
  /** Calls a function and takes the answer. */
  call(worker: RawWorker, functionId: string, data?: unknown, extra?: Frame): Promise<Frame>
  /** Lets everything that is due now happen. */
  settle(): Promise<void>
}

export async function engineRig(settings: EngineSettings = {}, limits: Partial<EngineLimits> = {}): Promise<EngineRig> {
  const clock = new VirtualClock()
  const lines: RigLog[] = []
  const line =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields: fields as RigLog['fields'], message })
    }
  const engine = await startEngine(engineConfigOf(settings), {
    clock,
    random: seededRandom(11),
    limits: { ...defaultLimits, ...limits },
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
  })
  onTestFinished(async () => {
    const closed = engine.close()
    await clock.advance(10_000)
    await closed
  })
  const settle = (): Promise<void> => clock.advance(0)
  return {
    clock,
    engine,
    lines,
    settle,
    async worker(announcement, listener) {
      const worker = new RawWorker(engine.dial(listener))
      if (announcement !== undefined) worker.announce(announcement)
      await settle()
      return worker
    },
    async call(worker, functionId, data = {}, extra = {}) {
      const invocationId = worker.invoke(functionId, data, extra)
      await settle()
      return worker.take('invocationresult', { invocation_id: invocationId })
    },
  }
}

export interface GuardedRig extends EngineRig {
  readonly admin: RawWorker
  /** Connects to the guarded listener and has the auth function answer. */
  guest(grants: unknown, announcement?: Frame): Promise<RawWorker>
  /** Answers the next call of a function that the administrator serves. */
  answer(functionId: string, outcome: Frame): Promise<Frame>
}

/** A listener of the guarded rig, beside its rules, and what the engine serves. */
export interface GuardedSettings {
  readonly listener?: Frame
  readonly local?: Frame
  readonly served?: NonNullable<EngineSettings['workers']>
}

export async function guardedRig(
  rules: Frame = {},
  { listener = {}, local = {}, served = [] }: GuardedSettings = {},
): Promise<GuardedRig> {
  const rbac = { auth_function_id: 'auth', expose_functions: ['match("open::*")'], ...rules }
  const rig = await engineRig({
    workers: [
      { name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0 } },
      { name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0, rbac, ...listener }, local },
      ...served,
    ],
  })
  const admin = await rig.worker({ name: 'admin' }, 0)
  admin.register('auth')
  await rig.settle()
  const answer = async (functionId: string, outcome: Frame): Promise<Frame> => {
    const call = admin.take('invokefunction', { function_id: functionId })
    admin.answer(call, outcome)
    await rig.settle()
    return call
  }
  return {
    ...rig,
    admin,
    answer,
    async guest(grants, announcement = { name: 'guest' }) {
      const guest = await rig.worker(announcement, 1)
      await answer('auth', { result: grants })
      return guest
    },
  }
}
