/** Guarded sessions that reach further by naming a function indirectly, or later (R47). */
import type { Fault } from '../plant.js'

const wayIn = ['test/reliability/grants-hold-for-every-way-in.test.ts']
const later = ['test/reliability/grants-hold-later.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'triggers-by-function-are-not-checked',
    row: 'R47',
    file: 'src/engine/builtins/engine/register-trigger.ts',
    symbol: 'admitted',
    find: 'access === undefined',
    replace: 'access?.refuseCall(DEFAULT_NAMESPACE, asked.function_id, undefined) === undefined',
    tests: wayIn,
  },
  {
    name: 'prefix-goes-before-the-hook',
    row: 'R47',
    file: 'src/engine/access/guarded-access.ts',
    symbol: 'GuardedAccess.#admitFunction',
    find: 'this.#prefixFunction(verdict.message)',
    replace: '{ ...verdict, calledAs: message.id }',
    tests: wayIn,
  },
  {
    name: 'ids-that-the-configuration-names-are-free',
    row: 'R47',
    file: 'src/engine/access/guarded-access.ts',
    symbol: 'GuardedAccess.#prefixFunction',
    find: 'isReserved(id) || this.#parts.namedFunctions.has(id)',
    replace: 'isReserved(id)',
    tests: wayIn,
  },
  {
    name: 'enqueued-calls-are-not-checked',
    row: 'R47',
    file: 'src/engine/builtins/queue/named-queues.ts',
    symbol: 'NamedQueues.enqueue',
    find: 'refusal !== undefined',
    replace: 'refusal?.code === "never"',
    tests: wayIn,
  },
  {
    name: 'firings-are-not-checked-again',
    row: 'R47',
    file: 'src/engine/calls/router.ts',
    symbol: 'Router.#find',
    find: 'call.access?.refuseCall(namespace, call.functionId, entry.metadata)',
    replace: 'call.access?.refuseNamespace(namespace)',
    tests: later,
  },
  {
    name: 'triggers-of-a-lost-grant-stay-with-their-provider',
    row: 'R47',
    file: 'src/engine/registry/registrations.ts',
    symbol: 'Registrations.#registerFunction',
    find: '{ namespace, id, metadata }',
    replace: '{ namespace, id: metadata === undefined ? id : ``, metadata }',
    tests: later,
  },
  {
    name: 'guests-settle-calls-of-others',
    row: 'R47',
    file: 'src/engine/access/owed-answers.ts',
    symbol: 'OwedAnswers.isAnothers',
    find: 'session.access !== undefined',
    replace: 'session.access === undefined',
    tests: later,
  },
  {
    name: 'guests-take-routes-over',
    row: 'R47',
    file: 'src/engine/builtins/http/routes.ts',
    symbol: 'RouteTable.#settleClaims',
    find: '!takesFrom(route, other)',
    replace: 'route.path === other.path || !takesFrom(route, other)',
    tests: later,
  },
  {
    name: 'failed-hooks-let-pass',
    row: 'R47',
    file: 'src/engine/access/registration-hooks.ts',
    symbol: 'RegistrationHooks.#review',
    find: 'return isRecord(answer) ? admit(answer)',
    replace: 'return isRecord(answer) || answer === true ? admit(isRecord(answer) ? answer : {})',
    tests: later,
  },
]
