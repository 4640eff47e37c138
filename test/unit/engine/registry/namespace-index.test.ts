import { expect, test } from 'vitest'
import { NamespaceIndex } from '../../../../src/engine/registry/namespace-index.js'
import { seededRandom } from '../../../kit/seeded-random.js'

test('an id is found in the namespaces it was added to and not removed from, in the order of their names', () => {
  const random = seededRandom(5)
  const pick = (from: string): string => from[Math.floor(random.next() * from.length)]!
  const index = new NamespaceIndex()
  const model = new Set<string>()
  for (let step = 0; step < 5_000; step += 1) {
    const [id, namespace] = [pick('fgh'), pick('abcd')]
    if (random.next() < 0.5) {
      index.add(id, namespace)
      model.add(`${id} ${namespace}`)
    } else {
      index.remove(id, namespace)
      model.delete(`${id} ${namespace}`)
    }
    const expected = ['a', 'b', 'c', 'd'].filter((each) => model.has(`${id} ${each}`))
    expect(index.namespacesOf(id)).toEqual(expected)
  }
  expect(index.namespacesOf('missing')).toEqual([])
})
