/** A guarded engine whose administrator has secrets, and checks that no guest reads or changes them. */
import { expect } from 'vitest'
import { guardedRig, type GuardedRig } from './guarded-rig.js'
import type { Frame } from './raw-worker.js'

/** A function that only its owner may call. */
export const SECRET = 'secret::answer'
/** The code of an answer's error. */
export const codeOf = (frame: Frame): unknown => (frame['error'] as { code?: unknown } | undefined)?.code

/** What must be the same after a denied attempt as before it, but for the guest's own session. */
export function stateOf(rig: GuardedRig, sessions: number): object {
  const { functions, triggers, pendingCalls, ...stats } = rig.engine.stats()
  return { functions, triggers, pendingCalls, sessions: stats.sessions - sessions }
}

/** A guarded engine whose administrator has something to protect. */
export async function rigWithSecrets(): Promise<GuardedRig> {
  const rig = await guardedRig()
  rig.admin.register(SECRET, 'open::f')
  rig.admin.send(
    { type: 'registertriggertype', id: 'tick', description: '' },
    { type: 'registertrigger', id: 'own', trigger_type: 'tick', function_id: SECRET, config: {} },
  )
  await rig.settle()
  rig.admin.frames.length = 0
  return rig
}

/** Nothing of what a guest tried has reached the administrator's functions. */
export function untouched(rig: GuardedRig): void {
  expect(rig.admin.frames).toEqual([])
}
