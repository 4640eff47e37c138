import { expect, test } from 'vitest'
import { tableRows } from '../kit/documents.js'
import { sourceLimits } from '../kit/source-limits.js'
import { connectedRig } from '../kit/worker-rig.js'
import { engineRig } from '../kit/engine-rig.js'

const PAGE = 'docs/reference/limits.md'
const SOURCES = 'docs/internals/limits.md'

/** The rows of the page for users, each with the row of the page for maintainers in the same place. */
function limitsBelow(heading: RegExp) {
  const sources = tableRows(SOURCES, heading)
  return tableRows(PAGE, heading).map(([limit = '', text = '', , exceeded = '', counters = ''], index) => {
    const [sameLimit = '', where = '', why = ''] = sources[index] ?? []
    return { limit, text, exceeded, counters, sameLimit, id: where.replaceAll('`', ''), why }
  })
}

const documented = limitsBelow(/^## /)

test('the pages for users and for maintainers list the same limits in the same order', () => {
  for (const { limit, sameLimit } of documented) expect(sameLimit).toBe(limit)
  expect(tableRows(SOURCES, /^## /)).toHaveLength(documented.length)
  expect(new Set(documented.map(({ limit }) => limit)).size).toBe(documented.length)
})

test('the pages about limits list each limit of the source once, with its value and unit', () => {
  const inSource = sourceLimits().map(({ id, text }) => ({ id, text }))
  const inPages = documented.map(({ id, text }) => ({ id, text }))
  expect(inPages.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(inSource)
})

test('every limit is described in words, with what happens when it is exceeded', () => {
  for (const { limit, exceeded } of documented) {
    expect(limit.length, limit).toBeGreaterThan(5)
    expect(exceeded, limit).not.toBe('')
  }
})

test('every limit has a reason', () => {
  for (const { limit, why } of documented) {
    expect(why.length, limit).toBeGreaterThan(15)
    // A number that nothing gives was weighed against something.
    if (why.includes('judgement')) expect(why, limit).toContain('against')
  }
})

test('limits are found in the source as they are written there', () => {
  expect(sourceLimits()).toEqual(
    expect.arrayContaining([
      { id: 'wire/protocol/limits.ts MAX_FRAME_BYTES', value: 16 * 1024 ** 2, text: '16 MiB' },
      { id: 'engine/limits.ts maxPendingCalls', value: 1_000_000, text: '1 000 000' },
      { id: 'wire/protocol/limits.ts HANDSHAKE_TIMEOUT_MS', value: 10_000, text: '10 s' },
    ]),
  )
})

/** Something is refused, dropped or cut off; a text that is cut off is not meant. */
const LOSS = /refus|drop|given up|forgotten|is cut|fail|clos|status|queue_full|ignored|`[A-Z_]{4,}`/

/** Limits of a single message: the sender gets an error or a close code, and no accepted work is lost. */
const TOLD = new Set([
  'wire/protocol/limits.ts MAX_FRAME_BYTES',
  'wire/protocol/limits.ts MAX_FRAGMENTS',
  'wire/protocol/limits.ts MAX_CONTROLS_AMID_MESSAGE',
  'wire/protocol/limits.ts MAX_INFO_IDS',
  'std/json/walk.ts MAX_SCHEMA_LEVELS',
  'wire/transport/ws-accept.ts MAX_HEAD_BYTES',
  'wire/transport/ws-accept.ts MAX_HEADERS',
  'sdk/worker/lifecycle/name-holder.ts ANSWER_LIMIT_MS',
  'sdk/worker/lifecycle/name-holder.ts MAX_SESSIONS',
  'sdk/worker/once/once-options.ts MAX_KEY_CHARACTERS',
  'sdk/worker/once/repeated-call.ts MAX_ATTEMPTS',
  'sdk/worker/once/once-store.ts ACCESS_LIMIT_MS',
  'sdk/worker/later/later-calls.ts MAX_UNKNOWN',
  'sdk/worker/later/later-calls.ts MAX_AGE_MS',
  'sdk/connection/options.ts CLOSE_TIMEOUT_MS',
  'sdk/channel/endpoint.ts CLOSE_TIMEOUT_MS',
  'wire/transport/web-transport.ts MAX_PAUSED_BYTES',
  'sdk/worker/fetch/parse-form.ts maxFileBytes',
  'sdk/worker/fetch/parse-form.ts maxFiles',
  'sdk/worker/fetch/parse-form.ts maxFieldBytes',
  'sdk/worker/fetch/parse-form.ts maxFields',
  'sdk/worker/fetch/serve-fetch.ts MAX_WHOLE_BYTES',
  'wire/transport/ws-transport.ts LINGER_LIMIT_MS',
  'workflow/options.ts MAX_STACK_CHARACTERS',
  'workflow/options.ts maxJournalBytes',
  'workflow/options.ts maxPayloadBytes',
  'workflow/options.ts maxSteps',
  'workflow/run/signals.ts MAX_SIGNALS',
  'workflow/run/signals.ts MAX_SIGNAL_BYTES',
  'engine/storage/entry-table.ts MAX_EMPTY_SPACES',
  'engine/builtins/http/http-config.ts DEFAULT_BODY_BYTES',
  'engine/builtins/http/http-config.ts MAX_BODY_BYTES',
  'std/json/value-schema.ts MAX_PATTERN_CHARACTERS',
  'std/json/value-schema.ts MAX_ATTEMPTS',
  'engine/config/expand-variables.ts MAX_EXPANDED_CHARACTERS',
  'engine/builtins/http/http-server.ts HEAD_TIMEOUT_MS',
  'engine/builtins/http-functions/invocation.ts DEFAULT_TIMEOUT_MS',
  'engine/builtins/stream/stream-server.ts HANDSHAKE_TIMEOUT_MS',
  'engine/builtins/stream/stream-client.ts MAX_FRAME_CHARACTERS',
  'engine/builtins/stream/stream-client.ts JOIN_TIMEOUT_MS',
  'engine/builtins/observability/metrics/alert-rule.ts MAX_RULES',
  'engine/builtins/observability/traces/sampling.ts MAX_RULES',
  'engine/builtins/queue/queue-config.ts MAX_QUEUES',
])

/** Every limit of the engine and its workers, with the numbers that its row names. */
const counted = limitsBelow(/^## (?!Tests)/).map(({ id, exceeded, counters }) => ({
  id,
  exceeded,
  counters: [...counters.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
}))

test('every limit that rejects or drops names its counter', () => {
  const uncounted = counted.filter(({ exceeded, counters }) => LOSS.test(exceeded) && counters.length === 0)
  expect(new Set(uncounted.map(({ id }) => id))).toEqual(TOLD)
})

test('engines and workers report the counters that the page on limits names, and each counter of a cap has its limit', async () => {
  const { engine } = await engineRig()
  const { worker } = await connectedRig()
  const told = namesOf({ engine: engine.stats(), worker: worker.stats() })
  const named = new Set(counted.flatMap(({ counters }) => counters))
  expect([...named].filter((name) => !told.includes(name))).toEqual([])
  const caps = told.filter((name) =>
    /^engine\.(refused|dropped|cutOff)\.|^worker\.(refused|dropped|oversized)/.test(name),
  )
  expect(caps.filter((name) => !named.has(name))).toEqual([])
})

/** Paths to the numbers in an object. */
function namesOf(stats: object, path = ''): string[] {
  return Object.entries(stats).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'number' ? [`${path}${key}`] : namesOf(value as object, `${path}${key}.`),
  )
}
