/**
 * Named values of every wrong kind, and arguments of functions with the values that they must reject. Does not depend
 * on the functions.
 */
import type { III } from '../../src/index.js'

const cycle: Record<string, unknown> = {}
cycle['self'] = cycle

export const nothing = { undefined, null: null }
export const numbers = { 'a number': 7, NaN }
export const blanks = { 'an empty string': '', 'a blank string': ' \t' }
export const objects = { 'an object': {}, 'a list': [] }
export const oddities = { 'a BigInt': 2n, 'a symbol': Symbol('s'), true: true }
export const text = { 'a string': 'text' }
export const aFunction = { 'a function': () => 1 }

export type Values = Record<string, unknown>

export const notId: Values = { ...nothing, ...numbers, ...blanks, ...objects, ...oddities, ...aFunction }
// Null counts as left out where something may be left out.
export const notString: Values = { ...numbers, ...objects, ...oddities, ...aFunction }
export const notHeaders: Values = { ...numbers, ...text, 'a list': [], ...oddities }
export const notRecord: Values = { ...notHeaders, ...aFunction }
export const notFunction: Values = { ...nothing, ...numbers, ...text, ...objects, ...oddities }
export const notBoolean: Values = { ...numbers, ...text, ...objects, 'a BigInt': 2n }
export const notNumber: Values = { NaN, ...text, ...objects, ...oddities, ...aFunction }
export const notDuration: Values = { ...notNumber, zero: 0, 'a negative one': -1, 'one no timer can hold': 2 ** 31 }
export const notCount: Values = { ...notNumber, zero: 0, 'a negative one': -1, 'a fraction': 1.5 }
export const notJson: Values = { 'a cycle': cycle, 'a nested BigInt': { deep: [2n] } }
export const notSignal: Values = { null: null, ...numbers, ...text, ...objects, 'an aborted flag': { aborted: true } }
export const notNamespace: Values = { ...numbers, ...blanks, ...objects, ...oddities, ...aFunction }
export const notClient: Values = {
  ...nothing,
  ...numbers,
  ...text,
  ...objects,
  'a client of somebody else': { registerFunction: 1 },
}

/** One argument of one function, with what it does not take. */
export interface Argument {
  /** The function and the argument, as users know them. */
  readonly name: string
  /** What the message has to name. Default: the argument. */
  readonly named?: string
  readonly wrong: Values
  /** Passes what the types forbid; `never` fits everything. */
  readonly pass: (value: never, worker: III) => unknown
}

/** The arguments of one function. */
export function argumentsOf(
  name: string,
  args: Record<string, [wrong: Values, pass: Argument['pass'], named?: string]>,
): Argument[] {
  return Object.entries(args).map(([argument, [wrong, pass, named = argument]]) => ({
    name: `${name}(${argument})`,
    named,
    wrong,
    pass,
  }))
}
