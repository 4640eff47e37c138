/**
 * Workers that come by a guarded listener: what the listener exposes, what each token is granted, and who may hence do
 * what. The last is written down apart from the first two, as a second opinion.
 */
import type { OpKind } from './journal.js'

export type Token = 'calls' | 'serves' | 'bad'

/** The auth function of the guarded listener. */
export const AUTH_FUNCTION = 'guard::auth'

/** An open listener and one for guests. */
export const LISTENERS = [
  { name: 'iii-worker-manager' },
  {
    name: 'iii-worker-manager',
    config: { rbac: { auth_function_id: AUTH_FUNCTION, expose_functions: ['match("w*::f1")'] } },
  },
]

/** The answer of the auth function. */
export function answerFor(token: string | undefined): object | null {
  if (token === 'calls') {
    return { allowed_functions: ['w0::f0', 'w1::f0'], allow_function_registration: false, allowed_trigger_types: [] }
  }
  if (token === 'serves') return { allowed_functions: ['w0::f0'], forbidden_functions: ['w1::f1'] }
  return null
}

/** Whether a guest may call a function of a worker, or a restricted one of the engine. */
export function mayCall(token: Token, functionId: string): boolean {
  switch (token) {
    case 'calls':
      return functionId === 'w0::f0' || functionId === 'w1::f0' || functionId.endsWith('::f1')
    case 'serves':
      return functionId === 'w0::f0' || (functionId.endsWith('::f1') && functionId !== 'w1::f1')
    case 'bad':
      return false
  }
}

/** Whether a guest may bind a function to a topic: as far as it may call it. */
export function mayBind(token: Token, functionId: string): boolean {
  return token === 'serves' && mayCall(token, functionId)
}

/** Calls that need a grant; every worker needs the others. */
export const GRANTED_KINDS: ReadonlySet<OpKind> = new Set(['call', 'void', 'enqueue', 'publish', 'state'])
