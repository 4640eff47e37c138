/**
 * Hears of failed promises that nobody asked for: a callback whose type promises no result may be an async function
 * all the same, and its failure must not end the process.
 */
import { types } from 'node:util'

/** Calls back when a value is a promise and is rejected. One made by another realm is no `instanceof` of ours. */
export function hearRejection(result: unknown, onRejected: (error: unknown) => void): void {
  if (types.isPromise(result)) Promise.resolve(result).catch(onRejected)
}
