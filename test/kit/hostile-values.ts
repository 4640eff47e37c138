/** Values that user code may throw or return to cause errors. Created for each use, because some have state. */

export interface HostileValue {
  readonly name: string
  readonly value: unknown
}

const boom = (): never => {
  throw new Error('boom')
}

export function hostileValues(): HostileValue[] {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const revocable = Proxy.revocable({}, {})
  revocable.revoke()
  const everyTrapThrows = new Proxy(
    {},
    { get: boom, has: boom, ownKeys: boom, getOwnPropertyDescriptor: boom, getPrototypeOf: boom },
  )
  const selfThrowing = new Error('self')
  Object.defineProperty(selfThrowing, 'message', {
    get: () => {
      throw selfThrowing
    },
  })
  return [
    ...Object.entries({
      undefined,
      null: null,
      'an empty string': '',
      'a string': 'text',
      'a lone surrogate': '\ud800',
      NaN,
      Infinity,
      'minus zero': -0,
      'a BigInt': 12n,
      'a symbol': Symbol('s'),
      'a function': () => 1,
      'a class': Map,
      'a cycle': cyclic,
      'a revoked proxy': revocable.proxy,
      'a proxy that throws': everyTrapThrows,
      'an error without prototype': Object.setPrototypeOf(new Error('x'), null) as unknown,
      'an error that throws itself': selfThrowing,
      'an error with a symbol for message': Object.assign(new Error('x'), { message: Symbol('m') }),
      'an error with an object for stack': Object.assign(new Error('x'), { stack: {} }),
      'an aggregate error': new AggregateError([new Error('a'), 'b'], 'many'),
      'an object without prototype': Object.create(null) as unknown,
      'a throwing getter': Object.defineProperty({}, 'value', { enumerable: true, get: boom }),
      'a throwing toJSON': { toJSON: boom },
      'a toJSON that returns undefined': { toJSON: () => undefined },
      'a toJSON that returns a BigInt': { toJSON: () => 1n },
      'a throwing toString': { toString: boom, [Symbol.toPrimitive]: boom },
      'a throwing then getter': Object.defineProperty({}, 'then', { get: boom }),
      'a map': new Map([[1, 2]]),
      'a date that is none': new Date(NaN),
      'a buffer': Buffer.from('bytes'),
      'a deep array': deep(20_000),
      'an object with a polluting key': JSON.parse(
        '{"__proto__":{"polluted":true},"constructor":{"prototype":1}}',
      ) as unknown,
      'an impostor of our errors': { [Symbol.for('iii-node.error-brands')]: ['IIIError', 'InvocationError'] },
      'an impostor with a brand that is no list': { [Symbol.for('iii-node.error-brands')]: 7 },
    }).map(([name, value]) => ({ name, value })),
  ]
}

/** Thenables that keep none of the rules of a promise. */
export function hostileThenables(): HostileValue[] {
  type Then = (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => unknown
  const thenable = (then: Then): unknown => ({ then })
  return Object.entries({
    'resolves twice': thenable((resolve) => {
      resolve(1)
      resolve(2)
    }),
    'resolves, then throws': thenable((resolve) => {
      resolve(1)
      return boom()
    }),
    'resolves and rejects': thenable((resolve, reject) => {
      resolve(1)
      reject(2)
    }),
    'rejects with undefined': thenable((_resolve, reject) => {
      reject(undefined)
    }),
    'throws at once': thenable(boom),
    'resolves with another thenable': thenable((resolve) => {
      resolve(thenable((inner) => inner('deep')))
    }),
    'returns a rejected promise': thenable((resolve) => {
      resolve(1)
      const rejected = Promise.reject(new Error('of its own'))
      rejected.catch(() => undefined)
      return rejected
    }),
    'is a promise whose then was replaced': Object.assign(Promise.resolve(1), { then: boom }),
    'is a promise whose then calls twice': Object.assign(Promise.resolve(1), {
      then: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => {
        resolve(1)
        reject(2)
      },
    }),
    'is a proxy of a promise': new Proxy(Promise.resolve(1), {}),
  }).map(([name, value]) => ({ name, value }))
}

function deep(levels: number): unknown {
  let value: unknown[] = []
  for (let level = 0; level < levels; level += 1) value = [value]
  return value
}
