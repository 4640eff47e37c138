/** Failed invocations whose callers receive an answer instead of the error. */

/** The error that the caller receives, and the error that was thrown. */
interface AnsweredFailure {
  readonly answer: unknown
  readonly thrown: unknown
}

/** By the error that stands for them. Looked up by identity, since what a handler throws may be a hostile proxy. */
const answeredFailures = new WeakMap<object, AnsweredFailure>()

/** An error that the caller receives as an answer. */
export function failureAnsweredWith(message: string, answered: AnsweredFailure): Error {
  const failure = new Error(message)
  answeredFailures.set(failure, answered)
  return failure
}

/** The answer to a failed invocation, if its error represents one. */
export function answeredFailure(thrown: unknown): AnsweredFailure | undefined {
  return typeof thrown === 'object' && thrown !== null ? answeredFailures.get(thrown) : undefined
}
