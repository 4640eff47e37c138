/** Faults of work that runs once per key, and of calls that are sent again (R54). */
import type { Fault } from '../plant.js'

const SIMULATED = ['test/sim/once.test.ts']
const BEHAVIOUR = ['test/behaviour/calling-again.test.ts']
const R54 = { row: 'R54', tests: SIMULATED } as const

export const faults: readonly Fault[] = [
  {
    ...R54,
    name: 'every-claim-wins',
    file: 'src/sdk/worker/once/once.ts',
    symbol: 'Once.#claim',
    find: 'now.claim.token === claim.token',
    replace: 'true',
  },
  {
    ...R54,
    name: 'the-last-claim-of-a-link-wins',
    file: 'src/sdk/worker/once/claims.ts',
    symbol: 'firstOf',
    find: 'link[0]',
    replace: 'link.at(-1)',
  },
  {
    ...R54,
    name: 'owners-return-what-they-computed',
    file: 'src/sdk/worker/once/once.ts',
    symbol: 'Once.#perform',
    find: 'return settledBy(first)',
    replace: 'return settledBy(outcome)',
  },
  {
    ...R54,
    name: 'claims-are-not-kept-up',
    file: 'src/sdk/worker/once/once.ts',
    symbol: 'Once.#keepUp',
    find: 'clock.epochMs() + claim.leaseMs',
    replace: 'claim.at + claim.leaseMs',
  },
  {
    ...R54,
    name: 'lost-work-always-runs-again',
    file: 'src/sdk/worker/once/once.ts',
    symbol: 'Once.#look',
    find: "settings.onLost === 'fail'",
    replace: "settings.onLost === 'fail' && top.length > 3",
  },
  {
    ...R54,
    name: 'taking-over-begins-a-new-life',
    file: 'src/sdk/worker/once/once.ts',
    symbol: 'Once.#look',
    find: 'this.#newClaim(work, top.claim.life)',
    replace: 'this.#newClaim(work, undefined)',
  },
  {
    ...R54,
    name: 'inputs-are-not-compared',
    file: 'src/sdk/worker/once/once.ts',
    symbol: 'checkInput',
    find: 'input === claimed',
    replace: 'true',
  },
  {
    ...R54,
    name: 'keys-are-removed-without-a-claim',
    file: 'src/sdk/worker/once/expired-keys.ts',
    symbol: 'ExpiredKeys.remove',
    find: 'if (topOf(record)?.claim.token !== token) return',
    replace: '',
  },
  {
    ...R54,
    name: 'running-work-expires',
    file: 'src/sdk/worker/once/claims.ts',
    symbol: 'standingOf',
    find: "(mark === 'released' || leaseEndsAt <= nowMs)",
    replace: 'true',
    tests: BEHAVIOUR,
  },
]
