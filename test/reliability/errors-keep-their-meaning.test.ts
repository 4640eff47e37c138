/** Errors on their way from a handler to a caller, over as many workers as lie between: what they say stays the same. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import * as own from '../../src/errors.js'
import { localRig } from '../kit/local-rig.js'

const CASES = 500
const HOPS = 3

/** A class made by a user, with members of its own. */
class OrderError extends own.RemoteError {
  readonly order = 7
}

interface Case {
  readonly make: 'InvocationError' | 'RemoteError' | 'TimeoutError' | 'OrderError' | 'SerdeError' | 'RangeError'
  readonly isForeign: boolean
  readonly code: string
  readonly message: string
  readonly stacktrace: string | undefined
  readonly hops: number
}

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '__proto__', 'TIMEOUT'))
const cases = fc.record<Case>({
  make: fc.constantFrom('InvocationError', 'RemoteError', 'TimeoutError', 'OrderError', 'SerdeError', 'RangeError'),
  isForeign: fc.boolean(),
  code: text,
  message: text,
  stacktrace: fc.option(text, { nil: undefined }),
  hops: fc.integer({ min: 1, max: HOPS }),
})

async function secondCopy(): Promise<typeof own> {
  vi.resetModules()
  return import('../../src/errors.js')
}

function thrownIn({ make, isForeign, code, message, stacktrace }: Case, foreign: typeof own): Error {
  const from = isForeign ? foreign : own
  const init = { code, message, ...(stacktrace === undefined ? {} : { stacktrace }) }
  if (make === 'RangeError') return Object.assign(new RangeError(message), { code, order: 7 })
  if (make === 'SerdeError') return new from.SerdeError(code, message)
  return make === 'OrderError' ? new OrderError(init) : new from[make](init)
}

/** Halves of surrogate pairs become U+FFFD on their way, since engines cannot read them. */
const readable = (text: string): string => Buffer.from(text).toString()

/** What the caller is to see: codes travel with the errors of this package, stacks of others are told. */
function expected({ make, code, message, stacktrace }: Case, thrown: Error): object {
  const isPlain = make === 'RangeError'
  const shown = isPlain ? own.ErrorCode.invocation_failed : code
  const stack = isPlain ? thrown.stack : make === 'SerdeError' ? undefined : stacktrace
  return {
    name: 'InvocationError',
    kind: 'Remote',
    code: readable(shown),
    detail: readable(message),
    message: readable(`${shown}: ${message}`),
    function_id: 'start',
    stacktrace: stack === undefined ? undefined : readable(stack),
  }
}

test(`${String(CASES)} errors of all kinds and of two copies of the package reach the caller as what they were`, async () => {
  const foreign = await secondCopy()
  expect(foreign.InvocationError).not.toBe(own.InvocationError)
  const rig = await localRig()
  const [caller, server] = [rig.addWorker(), rig.addWorker()]
  const given = fc.sample(cases, { numRuns: CASES, seed: 28 })
  const thrown = given.map((each) => thrownIn(each, foreign))
  server.registerFunction('start', async ({ index, hops }: { index: number; hops: number }, _metadata, { trigger }) => {
    if (hops === 1) throw thrown[index]!
    const answer: unknown = await trigger({ function_id: 'start', payload: { index, hops: hops - 1 } })
    return answer
  })
  await rig.settle()
  const calls = given.map(({ hops }, index) => caller.trigger({ function_id: 'start', payload: { index, hops } }))
  const outcomes = Promise.allSettled(calls)
  for (let hop = 0; hop < HOPS; hop += 1) await rig.settle()

  for (const [index, outcome] of (await outcomes).entries()) {
    const error = (outcome as PromiseRejectedResult).reason as own.InvocationError
    const { name, kind, code, detail, message, function_id, stacktrace } = error
    const seen = { name, kind, code, detail, message, function_id, stacktrace }
    expect(seen, JSON.stringify(given[index])).toEqual(expected(given[index]!, thrown[index]!))
    expect(error).toBeInstanceOf(own.RemoteError)
    expect(error).toBeInstanceOf(foreign.RemoteError)
    expect(error).not.toBeInstanceOf(foreign.TimeoutError)
    expect(error.invocationId).toMatch(/^[0-9a-f-]{36}$/)
  }
})

test('what an error was made from stays with it: cause and members, whichever class and copy', async () => {
  const foreign = await secondCopy()
  fc.assert(
    fc.property(cases, fc.anything(), (each, cause) => {
      const from = each.isForeign ? foreign : own
      for (const error of [
        new from.InvocationError({ ...each, stacktrace: 'at z', invocationId: 'i' }, { cause }),
        new from.RuntimeError(each.code, each.message, { cause }),
        new from.WebSocketError(each.code, each.message, { cause, status: 401, closeCode: 1006 }),
        new from.NotConnectedError(each.code, each.message, { cause, outcome: 'not_sent' }),
      ]) {
        expect(error.cause).toBe(cause)
        expect(error.code).toBe(each.code)
        expect(error.message.endsWith(each.message)).toBe(true)
        expect(error).toBeInstanceOf(own.IIIError)
      }
    }),
    { numRuns: CASES, seed: 28 },
  )
})
