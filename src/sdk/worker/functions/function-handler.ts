/**
 * Types of handlers.
 */
import type { JsonValue } from '../../../wire/protocol/validate.js'
import type { InvocationContext } from '../invocations/invocation-context.js'

/* eslint-disable @typescript-eslint/no-explicit-any -- handlers without annotations take and return any, as in the official package */
/** Type of a handler in the official package. */
export type RemoteFunctionHandler<TInput = any, TOutput = any> = (
  data: TInput,
  metadata?: JsonValue,
) => Promise<TOutput>

/** Handler of a function: receives payload, metadata and context. */
export type FunctionHandler<TInput = any, TOutput = any> = (
  data: TInput,
  metadata: JsonValue | undefined,
  context: InvocationContext,
) => TOutput | Promise<TOutput>
/* eslint-enable @typescript-eslint/no-explicit-any */
