import { expect, test } from 'vitest'
import { wantsColour } from '../../../src/cli/command.js'
import { LOG_LEVELS } from '../../../src/cli/options.js'
import { eventLog, type EventLogOptions } from '../../../src/cli/print/event-log.js'
import type { EngineEvent, EventLevel } from '../../../src/engine/engine-events.js'

const error = { code: 'invocation_failed', message: 'no stock', stacktrace: '' }

function reader(options: Partial<EventLogOptions> = {}) {
  const written: string[] = []
  const write = (text: string): void => void written.push(text)
  const emit = eventLog({ format: 'text', level: 'debug', isColoured: false, write, now: () => 0, ...options })
  return { written, emit }
}

function shown(events: readonly EngineEvent[], options: Partial<EventLogOptions> = {}): string[] {
  const { written, emit } = reader(options)
  for (const event of events) emit(event)
  return written
}

const withoutTime = (text: string | undefined): string => (text ?? '').replace(/^\S+ /, '')

const logged = (level: EventLevel, message: string, fields: object = {}): EngineEvent => ({
  kind: 'log',
  level,
  message,
  fields,
})

const failed = (members: Partial<Extract<EngineEvent, { kind: 'invocation_failed' }>> = {}): EngineEvent => ({
  kind: 'invocation_failed',
  functionId: 'orders::create',
  invocationId: 'i-1',
  worker: 'w',
  isVoid: false,
  error,
  ...members,
})

test('a JSON record is one line with time, level, message, kind and facts', () => {
  const [line] = shown([failed()], { format: 'json' })
  expect(JSON.parse(line ?? '')).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'error',
    message: 'An invocation failed',
    kind: 'invocation_failed',
    functionId: 'orders::create',
    invocationId: 'i-1',
    worker: 'w',
    isVoid: false,
    error,
  })
})

test('an error among the facts of a text line is a sentence with frames, not JSON', () => {
  const broken = Object.assign(new Error('cut'), { stack: 'Error: cut\n    at send (/app/worker.ts:3:1)' })
  const [line] = shown([logged('warn', 'A response broke off', { error: broken, bytes: 3 })])
  expect(withoutTime(line)).toBe('WARN  A response broke off: cut {"bytes":3}\n    at send (/app/worker.ts:3:1)')
})

test('an error among the facts keeps its message, code and stack', () => {
  const broken = Object.assign(new TypeError('broken'), { code: 'E1' })
  const [line] = shown([logged('error', 'It broke', { error: broken, bytes: 3n })], { format: 'json' })
  const stack = expect.stringContaining('broken') as string
  expect(JSON.parse(line ?? '')).toMatchObject({
    error: { name: 'TypeError', message: 'broken', code: 'E1', stack },
    bytes: '3',
  })
})

test.each(LOG_LEVELS)('the level %s hides lower levels', (level) => {
  const events = LOG_LEVELS.map((each) => logged(each, each))
  const expected = LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)).map((each) => `${each.toUpperCase().padEnd(5)} ${each}`)
  expect(shown(events, { level }).map(withoutTime)).toEqual(expected)
})

const trigger = { triggerId: 't', triggerType: 'cron', functionId: 'f' }
const attempt = {
  name: 'mails',
  source: 'queue',
  functionId: 'f',
  jobId: 'j',
  maxAttempts: 3,
  error,
} as const
const registration = { id: 'f', namespace: 'default', workerId: 'w-1', worker: 'w', ownerWorkerId: undefined }

test.each<[EngineEvent, RegExp]>([
  [failed(), /^ERROR `orders::create` failed at worker w: no stock$/],
  [failed({ worker: undefined }), /^ERROR `orders::create` failed: no stock$/],
  [failed({ isVoid: true }), /no caller receives this error/],
  [failed({ error: { code: 'OUT', message: 'no tea' } }), /failed at worker w: OUT: no tea$/],
  [{ kind: 'trigger_failed', ...trigger, error }, /^WARN {2}The cron trigger of `f` failed: no stock$/],
  [
    { kind: 'attempt_failed', ...attempt, attempt: 1, retryInMs: 1_500 },
    /^WARN {2}Queue `mails`: attempt 1 of 3 of `f` failed: no stock; the next attempt is in 1\.5 s$/,
  ],
  [
    { kind: 'job_dead', ...attempt, attempt: 3 },
    /^ERROR Queue `mails`: attempt 3 of 3 of `f` failed: no stock; the job is now a dead letter\n {4}.*iii-node queues mails redrive runs it again$/,
  ],
  [{ kind: 'job_dead', ...attempt, name: "a'; rm -rf ~ '", attempt: 3 }, /is now a dead letter$/],
  [
    { kind: 'enqueue_refused', queue: 'mails', functionId: 'f', error: { code: 'queue_not_found', message: 'none' } },
    /^WARN {2}`f` was not enqueued in queue `mails`: queue_not_found: none\n.*`iii-queue`: queue_configs: \{ "mails": \{ type: standard \} \}$/,
  ],
  [
    { kind: 'enqueue_refused', queue: 'mails', functionId: 'f', error: { code: 'queue_full', message: 'full' } },
    /queue_full: full$/,
  ],
  [
    { kind: 'request_failed', method: 'POST', path: '/a', functionId: 'f', errorId: 'e1', error },
    /^WARN {2}POST \/a \(`f`\) answered 500, error id e1: no stock$/,
  ],
  [{ kind: 'trigger_waiting', ...trigger, builtin: 'iii-cron' }, /type `cron`\n.*- name: iii-cron$/],
  [{ kind: 'trigger_waiting', ...trigger, builtin: undefined }, /the trigger waits for one$/],
  [{ kind: 'trigger_refused', ...trigger, error }, /^WARN {2}The cron trigger of `f` was refused: no stock$/],
  [
    { kind: 'registration_refused', type: 'registerfunction', ...registration, reason: 'too many' },
    /^WARN {2}The function `f` of worker w was refused: too many$/,
  ],
  [
    { kind: 'registration_refused', type: 'worker', ...registration, ownerWorkerId: 'o', reason: 'w owns it' },
    /^WARN {2}The worker name `f` of worker w was refused: w owns it\n.*`onConflict: 'wait'`/,
  ],
  [
    {
      kind: 'worker_log',
      level: 'info',
      message: 'sold',
      service: 'shop',
      traceId: 't',
      attributes: { 'log.data': { sku: 'tea' }, 'service.name': 'shop::sell', trace_id: 't', span_id: 's' },
    },
    /^INFO {2}\[shop::sell\] sold \{"data":\{"sku":"tea"\}\}$/,
  ],
])('event %# as text for a terminal', (event, expected) => {
  expect(withoutTime(shown([event])[0])).toMatch(expected)
})

test('a stack ends at the last frame outside libraries', () => {
  const stacktrace = `Error: no stock
    at lookUp (/app/shop.ts:3:9)
    at create (/app/worker.ts:9:3)
    at handle (/app/node_modules/iii-node/dist/index.js:1:1)
    at node:internal/process:1:1`
  const [text] = shown([failed({ error: { ...error, stacktrace } })])
  expect(text?.split('\n').slice(1)).toEqual(['    at lookUp (/app/shop.ts:3:9)', '    at create (/app/worker.ts:9:3)'])
})

const HOSTILE = 'a\u001b[2Jb\u009bc\u202ed\u2028e\rf\u0007'
// eslint-disable-next-line no-control-regex -- these must not be there
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/

test.each(['text', 'json'] as const)('no control character of a name or payload is written as %s', (format) => {
  const events: EngineEvent[] = [
    failed({
      functionId: HOSTILE,
      worker: HOSTILE,
      error: { code: HOSTILE, message: HOSTILE, stacktrace: `\n    at ${HOSTILE}` },
    }),
    { kind: 'job_dead', ...attempt, attempt: 3, name: HOSTILE },
    { kind: 'enqueue_refused', queue: HOSTILE, functionId: HOSTILE, error: { code: 'queue_not_found', message: '' } },
    logged('info', HOSTILE, { [HOSTILE]: HOSTILE }),
    {
      kind: 'worker_log',
      level: 'info',
      message: HOSTILE,
      service: HOSTILE,
      traceId: HOSTILE,
      attributes: { a: HOSTILE },
    },
  ]
  const lines = shown(events, { format })
  expect(lines).toHaveLength(events.length)
  for (const line of lines) expect(line).not.toMatch(CONTROLS)
  if (format === 'json') expect(JSON.parse(lines[0] ?? '')).toMatchObject({ functionId: HOSTILE })
})

test.each(['text', 'json'] as const)('values of sensitive keys are not shown as %s', (format) => {
  const secret = 'hunter2'
  const attributes = { 'log.data': { password: secret, list: [{ api_key: secret }], user: 'u' } }
  const [line] = shown(
    [{ kind: 'worker_log', level: 'info', message: 'm', service: 's', traceId: undefined, attributes }],
    {
      format,
    },
  )
  expect(line).not.toContain(secret)
  expect(line).toContain('[redacted]')
  expect(line).toContain('"user":"u"')
})

test.each([
  [true, {}, true],
  [true, { NO_COLOR: '' }, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { TERM: 'dumb' }, false],
  [false, {}, false],
])('colours on a terminal (%j) with %j: %j', (isTty, env, expected) => {
  expect(wantsColour(isTty, env)).toBe(expected)
})

test('text is coloured where a person wants it', () => {
  expect(shown([failed()], { isColoured: true })[0]).toContain('\u001b[31mERROR')
  expect(shown([failed()], { isColoured: false })[0]).not.toContain('\u001b')
})

test('a flood is cut to 200 events in a second, and the rest is counted', () => {
  let nowMs = 0
  const many = Array.from({ length: 1_000 }, () => failed())
  const { written, emit } = reader({ now: () => nowMs })
  for (const event of many) emit(event)
  expect(written).toHaveLength(200)
  nowMs = 1_000
  emit(failed())
  expect(written.slice(200).map(withoutTime)).toEqual([
    'WARN  Too many events in one second; some were not shown {"events":800}',
    expect.stringContaining('orders::create') as string,
  ])
})
