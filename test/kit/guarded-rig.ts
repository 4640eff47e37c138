/** An engine with an open listener (0) and a guarded one (1), whose functions an administrator answers as the test says. */
import type { EngineSettings } from '../../src/engine/config/config.js'
import { engineRig, type EngineRig } from './engine-rig.js'
import type { Frame, RawWorker } from './raw-worker.js'

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
