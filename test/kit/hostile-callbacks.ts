/** Ways in which a callback of a user can misbehave, and the behaviour expected of its caller. */
import { runInNewContext } from 'node:vm'

/** How a callback goes wrong, as its caller sees it. */
type Ending =
  /** By an exception. */
  | 'throws'
  /** By a promise that is rejected. */
  | 'rejects'
  /** By a thenable or a getter that throws only when it is read. */
  | 'fails when awaited'
  /** It answers, in an odd way. */
  | 'answers'
  /** It never answers. */
  | 'hangs'

export interface HostileCallback {
  readonly name: string
  readonly ending: Ending
  readonly run: () => unknown
}

/** A promise that is rejected, made by another realm: it is no instance of this one's `Promise`. */
const foreignRejection = (): unknown => runInNewContext('Promise.reject(new Error("of another realm"))')

const throwing = (name: string, make: () => unknown): HostileCallback[] => [
  {
    name: `throws ${name}`,
    ending: 'throws',
    run: () => {
      throw make()
    },
  },
  { name: `rejects with ${name}`, ending: 'rejects', run: () => Promise.reject(make()) },
]

const boom = (): never => {
  throw new Error('boom')
}

const cyclic = (): Error => {
  const error = new Error('an error that causes itself')
  error.cause = error
  return error
}

const unreadable = (): Error =>
  Object.defineProperties(new Error('x'), { message: { get: boom }, stack: { get: boom }, name: { get: boom } })

type Settle = (value: unknown) => void
const thenable = (then: (resolve: Settle, reject: Settle) => unknown): unknown => ({ then })

/** One of each kind; every call makes new ones. */
export const hostileCallbacks: readonly HostileCallback[] = [
  ...throwing('an error', () => new TypeError('no')),
  ...throwing('nothing at all', () => undefined),
  ...throwing('an error that causes itself', cyclic),
  ...throwing('an error that cannot be read', unreadable),
  ...throwing('an object that cannot become text', () => ({ toString: boom, [Symbol.toPrimitive]: boom })),
  ...throwing('a proxy whose every trap throws', () => new Proxy({}, { get: boom, has: boom, getPrototypeOf: boom })),
  { name: 'rejects in another realm', ending: 'rejects', run: foreignRejection },
  { name: 'returns a thenable that throws', ending: 'fails when awaited', run: () => thenable(boom) },
  {
    name: 'returns a thenable that rejects with nothing',
    ending: 'fails when awaited',
    run: () => thenable((_resolve, reject) => reject(undefined)),
  },
  {
    name: 'returns an object whose then cannot be read',
    ending: 'fails when awaited',
    run: () => Object.defineProperty({}, 'then', { get: boom }),
  },
  {
    name: 'returns a thenable that settles in three ways',
    ending: 'answers',
    run: () =>
      thenable((resolve, reject) => {
        resolve(undefined)
        reject(new Error('too late'))
        return boom()
      }),
  },
  { name: 'returns a promise that never settles', ending: 'hangs', run: () => new Promise(() => undefined) },
  { name: 'returns a thenable that never settles', ending: 'hangs', run: () => thenable(() => undefined) },
]
