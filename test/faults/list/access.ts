/** Who may do what on a guarded listener and with a channel (R22), and names that mean something to JavaScript (R23). */
import type { Fault } from '../plant.js'

const listener = ['test/reliability/guarded-listener-denies.test.ts']
const linksAndChannels = ['test/reliability/guarded-links-and-channels-deny.test.ts']
const prototypes = ['test/reliability/prototypes-stay-clean.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'payloads-name-their-own-caller',
    row: 'R22',
    file: 'src/engine/calls/routed-call.ts',
    symbol: 'payloadOf',
    find: 'Object.hasOwn(data, CALLER_WORKER_ID)',
    replace: 'CALLER_WORKER_ID === ""',
    tests: ['test/unit/wire/protocol/split-payload.test.ts'],
  },
  {
    name: 'empty-auth-answer-lets-in',
    row: 'R22',
    file: 'src/engine/access/guard.ts',
    symbol: 'Guard.#ask',
    find: 'await this.#invoke({ functionId, data })',
    replace: '(await this.#invoke({ functionId, data })) ?? {}',
    tests: listener,
  },
  {
    name: 'pattern-matches-anywhere',
    row: 'R22',
    file: 'src/engine/access/glob.ts',
    symbol: 'compileGlob',
    find: 'startsWith',
    replace: 'includes',
    tests: listener,
  },
  {
    name: 'grants-count-in-every-namespace',
    row: 'R22',
    file: 'src/engine/access/guarded-access.ts',
    symbol: 'GuardedAccess.refuseCall',
    find: 'namespace === DEFAULT_NAMESPACE',
    replace: 'namespace !== undefined',
    tests: listener,
  },
  {
    name: 'triggers-reach-further-than-their-worker',
    row: 'R22',
    file: 'src/engine/access/guarded-access.ts',
    symbol: 'GuardedAccess.#checkTrigger',
    find: 'functionsIn(config)',
    replace: 'functionsIn(undefined)',
    tests: listener,
  },
  {
    name: 'key-of-another-length-opens-a-channel',
    row: 'R22',
    file: 'src/engine/channels/channel-table.ts',
    symbol: 'ChannelTable.find',
    find: 'matches && given.length === expected.length',
    replace: 'matches',
    tests: linksAndChannels,
  },
  {
    name: 'any-token-ends-another-connection',
    row: 'R22',
    file: 'src/engine/registry/sessions.ts',
    symbol: 'Sessions.reattach',
    find: '|| !matches(previous.reattachToken, message.reattach_token)',
    replace: '',
    tests: linksAndChannels,
  },
  {
    name: 'tokens-are-compared-letter-by-letter',
    row: 'R22',
    file: 'src/engine/registry/sessions.ts',
    symbol: 'matches',
    find: 'timingSafeEqual(Buffer.from(expected), Buffer.from(given.toLowerCase()))',
    replace: 'expected === given.toLowerCase()',
    tests: ['test/reliability/keys-are-compared-in-constant-time.test.ts'],
  },
  {
    name: 'keys-are-compared-letter-by-letter',
    row: 'R22',
    file: 'src/engine/channels/channel-table.ts',
    symbol: 'ChannelTable.find',
    find: 'timingSafeEqual(given.length === expected.length ? given : expected, expected)',
    replace: 'given.equals(expected)',
    tests: ['test/reliability/keys-are-compared-in-constant-time.test.ts'],
  },
  {
    name: 'query-members-are-assigned-by-name',
    row: 'R23',
    file: 'src/engine/access/guard.ts',
    symbol: 'queryOf',
    find: 'return Object.fromEntries(members)',
    replace:
      'const record: Record<string, readonly string[]> = {}\nfor (const [name, values] of members) record[name] = values\nreturn record',
    tests: prototypes,
  },
  {
    name: 'inherited-members-count-as-values',
    row: 'R23',
    file: 'src/engine/config/expand-variables.ts',
    symbol: 'valueOf',
    find: '(Object.hasOwn(env, name) ? env[name] : undefined)',
    replace: 'env[name]',
    tests: prototypes,
  },
]
