import fc from 'fast-check'
import { expect, test } from 'vitest'
import { STABLE_AFTER_MS } from '../../../../src/sdk/connection/options.js'
import { isTerminal, next, publicState, type LinkEvent, type LinkState } from '../../../../src/sdk/connection/state.js'

const cause = new Error('gone')

function run(events: readonly LinkEvent[], maxRetries = Infinity): LinkState {
  return events.reduce<LinkState>((state, event) => next(state, event, maxRetries), { kind: 'idle' })
}

const connect: LinkEvent = { kind: 'connect' }
const opened = (now = 0): LinkEvent => ({ kind: 'opened', now })
const ended = (now = 0): LinkEvent => ({ kind: 'ended', now, cause })
const delayPassed: LinkEvent = { kind: 'delayPassed' }

test('the first attempt is connecting, every later one reconnecting', () => {
  expect(publicState(run([]))).toBe('disconnected')
  expect(publicState(run([connect]))).toBe('connecting')
  expect(publicState(run([connect, ended()]))).toBe('reconnecting')
  expect(publicState(run([connect, ended(), delayPassed]))).toBe('reconnecting')
  expect(publicState(run([connect, opened()]))).toBe('connected')
  expect(publicState(run([connect, opened(), ended()]))).toBe('reconnecting')
})

test('retries fall back only after a link was up for long enough', () => {
  const flapping = [connect, ended(), delayPassed, ended(), delayPassed, opened(100)]

  expect(run([...flapping, ended(100 + STABLE_AFTER_MS - 1)])).toEqual({ kind: 'waiting', retries: 3 })
  expect(run([...flapping, ended(100 + STABLE_AFTER_MS)])).toEqual({ kind: 'waiting', retries: 1 })
})

test('one retry more than allowed fails with the last cause', () => {
  expect(run([connect, ended(), delayPassed], 1)).toEqual({ kind: 'dialling', retries: 1 })
  expect(run([connect, ended(), delayPassed, ended()], 1)).toEqual({ kind: 'failed', cause })
  expect(run([connect, ended()], 0)).toEqual({ kind: 'failed', cause })
})

const anyEvent: fc.Arbitrary<LinkEvent> = fc.oneof(
  fc.constantFrom<LinkEvent>(connect, delayPassed, { kind: 'close' }, { kind: 'reject', cause }),
  fc.nat(20_000).map(opened),
  fc.nat(20_000).map(ended),
)

test('no sequence of events leaves a terminal state, and close and reject always reach one', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), fc.integer({ min: 0, max: 5 }), (events, maxRetries) => {
      let state: LinkState = { kind: 'idle' }
      for (const event of events) {
        const after = next(state, event, maxRetries)
        if (isTerminal(state)) expect(after).toBe(state)
        else if (event.kind === 'close' || event.kind === 'reject') expect(isTerminal(after)).toBe(true)
        state = after
      }
    }),
  )
})
