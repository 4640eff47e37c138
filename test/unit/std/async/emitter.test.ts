import { expect, test } from 'vitest'
import { Emitter } from '../../../../src/std/async/emitter.js'

test('every listener receives every event, and one that throws does not stop the others', () => {
  const errors: unknown[] = []
  const seen: string[] = []
  const emitter = new Emitter<number>((error) => errors.push(error))
  emitter.on(() => {
    throw 'plain text' // eslint-disable-line @typescript-eslint/only-throw-error -- what hostile code does
  })
  emitter.on((event) => seen.push(`a${event}`))
  emitter.on((event) => seen.push(`b${event}`))
  emitter.emit(1)
  emitter.emit(2)

  expect(seen).toEqual(['a1', 'b1', 'a2', 'b2'])
  expect(errors).toEqual(['plain text', 'plain text'])
})

test('one function subscribed twice is called twice, and each subscription ends alone', () => {
  let calls = 0
  const listener = (): void => {
    calls += 1
  }
  const emitter = new Emitter<void>(() => undefined)
  const off = emitter.on(listener)
  emitter.on(listener)
  emitter.emit()
  off()
  off()
  emitter.emit()

  expect([calls, emitter.size]).toEqual([3, 1])
})

test('a listener added during an event receives only the next one', () => {
  const seen: number[] = []
  const emitter = new Emitter<number>(() => undefined)
  emitter.on((event) => {
    if (event === 1) emitter.on((later) => seen.push(later))
  })
  emitter.emit(1)
  emitter.emit(2)

  expect(seen).toEqual([2])
})

test('an event emitted by a listener reaches all listeners after the current one', () => {
  const seen: string[] = []
  const emitter = new Emitter<number>(() => undefined)
  emitter.on((event) => {
    if (event < 3) emitter.emit(event + 1)
  })
  emitter.on((event) => seen.push(`a${event}`))
  emitter.on((event) => seen.push(`b${event}`))
  emitter.emit(1)

  expect(seen).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
})

test('an error reporter that throws does not silence the emitter', () => {
  const seen: number[] = []
  const emitter = new Emitter<number>((error) => {
    throw error
  })
  const off = emitter.on(() => {
    throw new Error('listener')
  })
  expect(() => {
    emitter.emit(1)
  }).toThrow('listener')
  off()
  emitter.on((event) => seen.push(event))
  emitter.emit(2)

  expect(seen).toEqual([2])
})
