import { expect, test } from 'vitest'
import { HeldCalls } from '../../../../src/engine/hand-over/held-calls.js'
import type { RoutedCall } from '../../../../src/engine/calls/routed-call.js'

const MIB = 1024 * 1024
const MAX_CALLS = 10_000

const call = (data: unknown = {}): RoutedCall => ({
  invocationId: 'i',
  functionId: 'f',
  traceparent: undefined,
  baggage: undefined,
  caller: undefined,
  data,
  text: undefined,
  metadata: undefined,
  from: undefined,
  access: undefined,
})
const nothing = (): undefined => undefined

test('held calls are limited over all lists, and releasing a list frees capacity', () => {
  const held = new HeldCalls()
  const [one, other] = [new Set<RoutedCall>(), new Set<RoutedCall>()]
  let again = 0
  for (let n = 0; n < MAX_CALLS; n++) expect(held.add(call(), n % 2 === 0 ? one : other, () => again++)).toBe(true)
  expect(held.add(call(), one, nothing)).toBe(false)
  held.release(one)
  expect([again, held.size, one.size]).toEqual([MAX_CALLS / 2, MAX_CALLS / 2, 0])
  expect(held.add(call(), one, nothing)).toBe(true)
})

test('payloads are held up to their size, and one of any size fits', () => {
  const held = new HeldCalls()
  const list = new Set<RoutedCall>()
  const large = call({ text: 'x'.repeat(65 * MIB) })
  expect([held.add(large, list, nothing), held.add(call(), list, nothing)]).toEqual([true, false])
  held.forget(large)
  expect([held.add(call(), list, nothing), held.add(large, list, nothing)]).toEqual([true, false])
})

test('held calls are retried once and in order, and removed ones never', () => {
  const held = new HeldCalls()
  const list = new Set<RoutedCall>()
  const seen: number[] = []
  const calls = [1, 2, 3].map((n) => {
    const each = call()
    held.add(each, list, () => seen.push(n))
    return each
  })
  held.forget(calls[1]!)
  held.forget(calls[1]!)
  held.release(list)
  held.release(list)

  expect(seen).toEqual([1, 3])
  expect(held.size).toBe(0)
})
