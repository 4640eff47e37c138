/** Ends an exhaustive `switch`. Reaching it is a programming error, which the compiler reports first. */
export function assertNever(value: never): never {
  throw new Error(`Unreachable case: ${JSON.stringify(value)}`)
}
