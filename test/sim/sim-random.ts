/** Randomness from a seed, with cheap ids, because a simulation needs thousands of them. */
import { seededRandom, type SeededRandom } from '../kit/seeded-random.js'

export function simRandom(seed: number): SeededRandom {
  const random = seededRandom(seed)
  const word = (): string =>
    Math.floor(random.next() * 4_294_967_296)
      .toString(16)
      .padStart(8, '0')
  return {
    ...random,
    uuid: () => {
      const middle = word()
      const end = word()
      return `${word()}-${middle.slice(0, 4)}-4${middle.slice(5)}-a${end.slice(1, 4)}-${end.slice(4)}${word()}`
    },
  }
}
