/** Guarded sessions that reach further by naming a function indirectly, or later (R47). */
import type { Fault } from '../plant.js'

const wayIn = ['test/reliability/grants-hold-for-every-way-in.test.ts']
const later = ['test/reliability/grants-hold-later.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'triggers-by-function-are-not-checked',
    row: 'R47',
    file: 'src/engine/builtins/engine/register-trigger.ts',
    find: 'if (access === undefined) return asked',
    replace: 'if (access?.refuseCall(DEFAULT_NAMESPACE, asked.function_id, undefined) === undefined) return asked',
    tests: wayIn,
  },
  {
    name: 'prefix-goes-before-the-hook',
    row: 'R47',
    file: 'src/engine/access/guarded-access.ts',
    find: "isAdmitted(admission, 'registerfunction') ? this.#prefixFunction(admission.message) : admission",
    replace: "isAdmitted(admission, 'registerfunction') ? { ...admission, calledAs: message.id } : admission",
    tests: wayIn,
  },
  {
    name: 'ids-that-the-configuration-names-are-free',
    row: 'R47',
    file: 'src/engine/access/guarded-access.ts',
    find: 'if (isReserved(id) || this.#parts.namedFunctions.has(id)) return',
    replace: 'if (isReserved(id)) return',
    tests: wayIn,
  },
  {
    name: 'enqueued-calls-are-not-checked',
    row: 'R47',
    file: 'src/engine/builtins/queue/named-queues.ts',
    find: 'if (refusal !== undefined) throw new InvocationError(refusal)',
    replace: 'if (refusal?.code === "never") throw new InvocationError(refusal)',
    tests: wayIn,
  },
  {
    name: 'firings-are-not-checked-again',
    row: 'R47',
    file: 'src/engine/calls/router.ts',
    find: 'const refusal = call.access?.refuseCall(namespace, call.functionId, entry.metadata)',
    replace: 'const refusal = call.access?.refuseNamespace(namespace)',
    tests: later,
  },
  {
    name: 'triggers-of-a-lost-grant-stay-with-their-provider',
    row: 'R47',
    file: 'src/engine/registry/registrations.ts',
    find: 'bindings.changed({ namespace, id, metadata })',
    replace: 'bindings.changed({ namespace, id: metadata === undefined ? id : ``, metadata })',
    tests: later,
  },
  {
    name: 'guests-settle-calls-of-others',
    row: 'R47',
    file: 'src/engine/access/owed-answers.ts',
    find: 'return session.access !== undefined && this.#parts.router.isServedByAnother(session, id)',
    replace: 'return session.access === undefined && this.#parts.router.isServedByAnother(session, id)',
    tests: later,
  },
  {
    name: 'guests-take-routes-over',
    row: 'R47',
    file: 'src/engine/builtins/http/routes.ts',
    find: 'if (!isForeign(other.binding, access) || !takesFrom(route, other)) continue',
    replace: 'if (!isForeign(other.binding, access) || route.path === other.path || !takesFrom(route, other)) continue',
    tests: later,
  },
  {
    name: 'failed-hooks-let-pass',
    row: 'R47',
    file: 'src/engine/access/registration-hooks.ts',
    find: 'return isRecord(answer) ? admit(answer)',
    replace: 'return isRecord(answer) || answer === true ? admit(isRecord(answer) ? answer : {})',
    tests: later,
  },
]
