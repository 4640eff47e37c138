/** Who may do what on a guarded listener and with a channel (R22), and names that mean something to JavaScript (R23). */
import type { Fault } from '../plant.js'

const listener = ['test/reliability/guarded-listener-denies.test.ts']
const linksAndChannels = ['test/reliability/guarded-links-and-channels-deny.test.ts']
const prototypes = ['test/reliability/prototypes-stay-clean.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'empty-auth-answer-lets-in',
    row: 'R22',
    file: 'src/engine/access/guard.ts',
    find: 'return readAuthAnswer(await this.#invoke({ functionId, data }), defaultDeny)',
    replace: 'return readAuthAnswer((await this.#invoke({ functionId, data })) ?? {}, defaultDeny)',
    tests: listener,
  },
  {
    name: 'pattern-matches-anywhere',
    row: 'R22',
    file: 'src/engine/access/glob.ts',
    find: '!text.startsWith(first)',
    replace: '!text.includes(first)',
    tests: listener,
  },
  {
    name: 'grants-count-in-every-namespace',
    row: 'R22',
    file: 'src/engine/access/guarded-access.ts',
    find: 'if (namespace === DEFAULT_NAMESPACE && (allowedFunctions',
    replace: 'if (namespace !== undefined && (allowedFunctions',
    tests: listener,
  },
  {
    name: 'triggers-reach-further-than-their-worker',
    row: 'R22',
    file: 'src/engine/access/guarded-access.ts',
    find: 'const target = [message.function_id, ...functionsIn(config)].find(',
    replace: 'const target = [message.function_id, ...functionsIn(undefined)].find(',
    tests: listener,
  },
  {
    name: 'key-of-another-length-opens-a-channel',
    row: 'R22',
    file: 'src/engine/channels/channel-table.ts',
    find: 'return matches && given.length === expected.length ? entry?.channel : undefined',
    replace: 'return matches ? entry?.channel : undefined',
    tests: linksAndChannels,
  },
  {
    name: 'any-token-ends-another-connection',
    row: 'R22',
    file: 'src/engine/registry/sessions.ts',
    find: ' || !matches(previous.reattachToken, message.reattach_token)',
    replace: '',
    tests: linksAndChannels,
  },
  {
    name: 'tokens-are-compared-letter-by-letter',
    row: 'R22',
    file: 'src/engine/registry/sessions.ts',
    find: 'return timingSafeEqual(Buffer.from(expected), Buffer.from(given.toLowerCase()))',
    replace: 'return expected === given.toLowerCase()',
    tests: ['test/reliability/keys-are-compared-in-constant-time.test.ts'],
  },
  {
    name: 'keys-are-compared-letter-by-letter',
    row: 'R22',
    file: 'src/engine/channels/channel-table.ts',
    find: 'timingSafeEqual(given.length === expected.length ? given : expected, expected)',
    replace: 'given.equals(expected)',
    tests: ['test/reliability/keys-are-compared-in-constant-time.test.ts'],
  },
  {
    name: 'query-members-are-assigned-by-name',
    row: 'R23',
    file: 'src/engine/access/guard.ts',
    find: 'return Object.fromEntries(members)',
    replace:
      'const record: Record<string, readonly string[]> = {}\n  for (const [name, values] of members) record[name] = values\n  return record',
    tests: prototypes,
  },
  {
    name: 'inherited-members-count-as-values',
    row: 'R23',
    file: 'src/engine/config/expand-variables.ts',
    find: '(Object.hasOwn(env, name) ? env[name] : undefined) ?? fallback',
    replace: 'env[name] ?? fallback',
    tests: prototypes,
  },
]
