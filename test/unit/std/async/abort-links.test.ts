import { expect, test } from 'vitest'
import { AbortLinks } from '../../../../src/std/async/abort-links.js'

function set() {
  const seen: [string, unknown][] = []
  return { seen, links: new AbortLinks<string>((item, reason) => seen.push([item, reason])) }
}

test('an abort reaches every item of its signal, once, with the reason', () => {
  const { seen, links } = set()
  const [one, other] = [new AbortController(), new AbortController()]
  links.add(one.signal, 'a')
  links.add(one.signal, 'b')
  links.add(other.signal, 'c')
  one.abort('why')

  expect(seen).toEqual([
    ['a', 'why'],
    ['b', 'why'],
  ])
  expect(links.size).toBe(1)
})

test('a removed item is not called, and the last removal also removes the listener', () => {
  const { seen, links } = set()
  const controller = new AbortController()
  const { signal } = controller
  links.add(signal, 'a')
  links.add(signal, 'b')
  links.remove(signal, 'a')
  links.remove(signal, 'a')
  expect(links.size).toBe(1)
  links.remove(signal, 'b')
  controller.abort()

  expect([links.size, seen]).toEqual([0, []])
})

test('ten thousand items share one listener', () => {
  const { seen, links } = set()
  const controller = new AbortController()
  let listeners = 0
  const add = controller.signal.addEventListener.bind(controller.signal)
  controller.signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1
    add(...args)
  }
  for (let index = 0; index < 10_000; index += 1) links.add(controller.signal, `item ${index}`)
  controller.abort()

  expect([listeners, seen.length]).toEqual([1, 10_000])
})
