/**
 * The ways to register a function, as types: with schemas, by contract, and as in the official package, which comes last
 * so that its handlers stay free of inferred types.
 */
import type { FunctionContract, MaybeSchema, ReceivedAs, SentAs } from './contract.js'
import type { FunctionHandler } from './function-handler.js'
import type { SchemaSettings } from './function-schemas.js'
import type { OwnedFunctionRef, RegisterFunctionInput, RegisterFunctionOptions } from './functions.js'
import type { HttpInvocationConfig } from './http-invocation.js'
import type { HttpRequest, HttpResponse } from '../invocations/http-request.js'

/** Options with schemas. */
export type PayloadSchemas<I extends MaybeSchema, O extends MaybeSchema> = Omit<SchemaSettings, 'schemaTarget'> & {
  input?: I
  output?: O
  schemaTarget?: 'payload' | undefined
}

/** Options with schemas for HTTP bodies. */
export type BodySchemas<I extends MaybeSchema, O extends MaybeSchema> = Omit<SchemaSettings, 'schemaTarget'> & {
  input?: I
  output?: O
  schemaTarget: 'body'
}

/** A handler of parsed payloads. */
export type SchemaHandler<I, O> = FunctionHandler<ReceivedAs<I>, SentAs<O>>
/** A handler of requests with a parsed body. Answering nothing is for responses that are streamed. */
export type BodyHandler<I, O> = FunctionHandler<HttpRequest<ReceivedAs<I>>, HttpResponse<number, SentAs<O>> | void>

/** Options of `registerFunction` with a contract. */
export type ContractServeOptions = Omit<RegisterFunctionOptions, 'invocation'> & Omit<SchemaSettings, 'schemaTarget'>

/** Signature of `registerFunction` with an id. */
export interface RegisterFunction {
  /**
   * Serves a function whose payload and result are checked by schemas of any Standard Schema library.
   * @throws {RuntimeError} `INVALID_ARGUMENT` also for a schema that cannot be converted to JSON Schema.
   * @example
   * worker.registerFunction('greet', ({ name }) => ({ text: `Hello, ${name}!` }), {
   *   input: z.object({ name: z.string() }),
   *   output: z.object({ text: z.string() }),
   * })
   */
  <I extends MaybeSchema = undefined, O extends MaybeSchema = undefined>(
    functionId: string,
    handler: SchemaHandler<I, O> | HttpInvocationConfig,
    options: RegisterFunctionOptions & PayloadSchemas<I, O>,
  ): OwnedFunctionRef
  /** Serves HTTP requests whose body is checked; one that does not fit is answered with status 400. */
  <I extends MaybeSchema = undefined, O extends MaybeSchema = undefined>(
    functionId: string,
    handler: BodyHandler<I, O>,
    options: RegisterFunctionOptions & BodySchemas<I, O>,
  ): OwnedFunctionRef
  /** Serves the function of a contract. */
  <C extends FunctionContract>(
    contract: C,
    handler: SchemaHandler<C['input'], C['output']> | HttpInvocationConfig,
    options?: ContractServeOptions,
  ): OwnedFunctionRef
  /** Serves a function by its id; payload and result are not checked. */
  (
    functionId: string,
    handler: FunctionHandler | HttpInvocationConfig,
    options?: RegisterFunctionOptions,
  ): OwnedFunctionRef
}

/** Signature of `registerFunction` with the description first. */
export interface RegisterFunctionWith {
  /** Serves a function whose payload and result are checked. */
  <I extends MaybeSchema = undefined, O extends MaybeSchema = undefined>(
    message: RegisterFunctionInput & PayloadSchemas<I, O>,
    handler: SchemaHandler<I, O> | HttpInvocationConfig,
  ): OwnedFunctionRef
  /** Serves HTTP requests whose body is checked. */
  <I extends MaybeSchema = undefined, O extends MaybeSchema = undefined>(
    message: RegisterFunctionInput & BodySchemas<I, O>,
    handler: BodyHandler<I, O>,
  ): OwnedFunctionRef
  /** Serves a function without checks. */
  (message: RegisterFunctionInput, handler: FunctionHandler | HttpInvocationConfig): OwnedFunctionRef
}

/* eslint-disable @typescript-eslint/unified-signatures -- in one signature the handler's type could not be inferred */
/** Signature of `registerFunction` with one object. */
export interface RegisterByObject {
  /** Serves a function whose payload and result are checked. */
  <I extends MaybeSchema = undefined, O extends MaybeSchema = undefined>(
    registration: RegisterFunctionInput & PayloadSchemas<I, O> & { handler: SchemaHandler<I, O> },
  ): OwnedFunctionRef
  /** Serves HTTP requests whose body is checked. */
  <I extends MaybeSchema = undefined, O extends MaybeSchema = undefined>(
    registration: RegisterFunctionInput & BodySchemas<I, O> & { handler: BodyHandler<I, O> },
  ): OwnedFunctionRef
  /** Serves a function by `handler`, or lets the engine call the URL in `http`. */
  (registration: RegisterFunctionInput & { handler?: FunctionHandler; http?: HttpInvocationConfig }): OwnedFunctionRef
}
/* eslint-enable @typescript-eslint/unified-signatures */
