/**
 * Guarded engines whose administrator has secrets, the ways in which a guest asks for a registration, and what must stay
 * untouched.
 */
import { expect } from 'vitest'
import { guardedRig, type GuardedRig } from '../kit/engine-rig.js'
import type { Frame, RawWorker } from '../kit/raw-worker.js'

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

const port = { host: '127.0.0.1', port: 0 }
const alert = { name: 'a', metric: 'm', threshold: 1, action: { type: 'function', path: 'on-alert' } }

export const HOOKS = {
  on_function_registration_function_id: 'on-function',
  on_trigger_registration_function_id: 'on-trigger',
  on_trigger_type_registration_function_id: 'on-type',
}

const SERVED = [
  // An unused listener, whose rules name functions.
  { name: 'iii-worker-manager', config: { ...port, middleware_function_id: 'mw', rbac: HOOKS } },
  { name: 'iii-http', config: { ...port, middleware: [{ function_id: 'http-mw' }] } },
  { name: 'iii-stream', config: { ...port, auth_function: 'stream-auth' } },
  ...['iii-state', 'iii-cron', 'iii-pubsub', 'iii-queue'].map((name) => ({ name })),
  { name: 'iii-http-functions', config: { security: { block_private_ips: false, require_https: false } } },
  { name: 'iii-observability', config: { alerts: [alert] } },
]

/** Trigger types, each with a configuration that it takes; `tick` is a worker's own. */
export const TYPES: Readonly<Record<string, Frame>> = {
  cron: { expression: '* * * * * *' },
  http: { api_path: '/guest' },
  subscribe: { topic: 't' },
  'durable:subscriber': { topic: 't' },
  state: {},
  stream: { stream_name: 's' },
  configuration: {},
  log: {},
  trace: {},
  'engine::functions-available': {},
  'engine::workers-available': {},
  tick: {},
}

/** The two ways to ask for a trigger. */
export const WAYS = ['frame', 'function'] as const
export type Way = (typeof WAYS)[number]

/** The least grants of a guest that registers triggers. They name no function of the administrator. */
export const GRANTS = { allowed_functions: ['engine::register_trigger', 'engine::unregister_trigger'] }

export interface TriggerAsked {
  readonly id?: string
  readonly trigger_type: string
  readonly function_id: string
  readonly config: unknown
}

/** Asks for a trigger; answers with the code it was refused with, if it received one. */
export async function askForTrigger(
  rig: GuardedRig,
  guest: RawWorker,
  way: Way,
  asked: TriggerAsked,
): Promise<unknown> {
  if (way === 'function') {
    const id = guest.invoke('engine::register_trigger', asked)
    await rig.settle()
    const answer = guest.peek('invocationresult', { invocation_id: id })
    return answer === undefined ? undefined : codeOf(answer)
  }
  guest.send({ type: 'registertrigger', id: 'mine', ...asked })
  await rig.settle()
  const refusal = guest.peek('triggerregistrationresult')
  return refusal === undefined ? undefined : codeOf(refusal)
}

/** A guarded engine with every built-in, whose administrator serves `SECRET`, `open::f` and the trigger type `tick`. */
export async function grantRig(rules: Frame = {}, local: Frame = {}): Promise<GuardedRig> {
  const shown = [{ match: 'open::*' }, { metadata: { public: true } }]
  const rig = await guardedRig({ expose_functions: shown, ...rules }, { served: SERVED, local })
  rig.admin.register(SECRET, 'open::f')
  rig.admin.send(
    { type: 'registertriggertype', id: 'tick', description: '' },
    { type: 'registertrigger', id: 'own', trigger_type: 'tick', function_id: SECRET, config: {} },
  )
  await rig.settle()
  rig.admin.frames.length = 0
  return rig
}
