import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Connection } from '../../../../src/sdk/connection/connection.js'
import { connectionOptions, DEFAULT_RECONNECTION, STABLE_AFTER_MS } from '../../../../src/sdk/connection/options.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import { IGNORE_EVENTS, type Transport, type TransportEvents } from '../../../../src/wire/transport/transport.js'
import { seededRandom } from '../../../kit/seeded-random.js'

const LOST = { code: 1006, reason: '', cause: undefined }

/** A connection whose dials open and end when the test says so. */
function connectionTo(maxRetries = -1, onOpened: () => void = () => undefined) {
  const clock = new VirtualClock()
  const states: string[] = []
  const delays: (number | undefined)[] = []
  let dialled: TransportEvents = IGNORE_EVENTS
  let dials = 0
  const dial = (_url: string, _options: unknown, events: TransportEvents): Transport => {
    dialled = events
    dials += 1
    const end = (): void => {
      events.close(LOST)
    }
    return {
      bufferedBytes: 0,
      send: () => undefined,
      ping: () => undefined,
      flushed: (then: () => void) => then(),
      close: end,
      terminate: end,
    } as unknown as Transport
  }
  const connection = new Connection(
    { dial, clock, random: seededRandom(1) },
    connectionOptions(['ws://engine'], { ...DEFAULT_RECONNECTION, jitterFactor: 0, maxRetries }),
    {
      headers: () => ({}),
      opened: onOpened,
      frame: () => undefined,
      lost: () => undefined,
      ended: (_reason, delayMs) => delays.push(delayMs),
      stateChanged: (state) => states.push(state),
    },
  )
  return {
    connection,
    clock,
    states,
    delays,
    dials: () => dials,
    open: () => dialled.open(),
    end: () => dialled.close(LOST),
  }
}

test('the first attempt is connecting, every later one reconnecting', async () => {
  const { connection, clock, states, open, end } = connectionTo()
  expect(connection.state).toBe('disconnected')
  connection.connect()
  end()
  await clock.advance(1_000)
  open()
  end()

  expect(states).toEqual(['connecting', 'reconnecting', 'connected', 'reconnecting'])
})

test('the backoff is reset only after a link was up for long enough', async () => {
  const { connection, clock, delays, open, end } = connectionTo()
  connection.connect()
  end()
  await clock.advance(1_000)
  open()
  await clock.advance(STABLE_AFTER_MS - 1)
  end()
  await clock.advance(2_000)
  open()
  await clock.advance(STABLE_AFTER_MS)
  end()

  expect(delays).toEqual([1_000, 2_000, 1_000])
})

test('one retry more than allowed fails with the last cause', async () => {
  const { connection, clock, delays, end } = connectionTo(1)
  connection.connect()
  end()
  await clock.advance(1_000)
  end()

  expect(connection.state).toBe('failed')
  expect(connection.failure).toMatchObject({ code: 'CONNECTION_LOST' })
  expect(delays).toEqual([1_000, undefined])
})

test('a connection that closes during worker registration is dialled again and never counts as open', () => {
  const rig = connectionTo(-1, () => rig.end())
  rig.connection.connect()
  rig.open()

  expect(rig.states).toEqual(['connecting', 'reconnecting'])
})

const step = fc.constantFrom('connect', 'open', 'end', 'wait', 'close', 'fail')

test('no event leaves a final state, and close and fail always reach one and leave no timer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 5 }), async (steps, maxRetries) => {
      const { connection, clock, dials, open, end } = connectionTo(maxRetries)
      const ends: Promise<void>[] = []
      const perform = {
        connect: () => connection.connect(),
        open,
        end,
        wait: () => clock.advance(60_000),
        close: () => ends.push(connection.close()),
        fail: () => ends.push(connection.fail(new Error('refused'))),
      }
      for (const name of steps) {
        const [wasOver, before, dialsBefore] = [connection.isOver, connection.state, dials()]
        const performed: unknown = perform[name]()
        if (name === 'wait') await performed
        if (name === 'close' || name === 'fail') expect(connection.isOver).toBe(true)
        if (wasOver) expect([connection.state, dials()]).toEqual([before, dialsBefore])
      }
      await Promise.all(ends)
      if (connection.isOver) expect(clock.pendingTimers).toBe(0)
    }),
  )
})
