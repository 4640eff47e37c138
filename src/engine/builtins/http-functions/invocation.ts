/**
 * Parses the `invocation` of a registration: how a function on another server is reached. Secrets are read from the
 * environment once, here, and never appear in a message.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { ErrorCode, InvocationError } from '../../../errors.js'
import { findMismatch, type Infer, type Shape } from '../../../wire/protocol/validate.js'
import type { Environment } from '../../config/expand-variables.js'
import { oneOf, optional, record, string, wholeNumber } from '../../declare/schema.js'

/** Adds credentials to the headers of a request. */
type Authorize =
  | { readonly type: 'none' }
  | { readonly type: 'hmac'; readonly secret: string }
  | { readonly type: 'header'; readonly name: string; readonly value: string }

export interface UrlInvocation {
  readonly url: string
  readonly method: string
  readonly timeoutMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly authorize: Authorize
}

const DEFAULT_TIMEOUT_MS = 30_000
const MAX_TIMEOUT_MS = 60_000

const shape = {
  url: string(),
  method: optional(oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])),
  timeout_ms: optional(wholeNumber(1)),
  headers: optional(record()),
  auth: optional(record()),
}

/**
 * Parses an `invocation`.
 * @throws {InvocationError} when it is invalid, or a secret it names is not in the environment.
 */
export function readInvocation(given: Readonly<Record<string, unknown>>, env: Environment): UrlInvocation {
  const { url, method = 'POST', timeout_ms: timeoutMs = DEFAULT_TIMEOUT_MS, headers, auth } = read(shape, given)
  return {
    url,
    method,
    timeoutMs: Math.min(timeoutMs, MAX_TIMEOUT_MS),
    headers: readHeaders(headers ?? {}),
    authorize: auth === undefined ? { type: 'none' } : readAuth(auth, env),
  }
}

function readHeaders(given: Readonly<Record<string, unknown>>): Record<string, string> {
  const headers = Object.entries(given).map(([name, value]) => {
    if (typeof value !== 'string') throw unusable(`the header ${name} must be a string`)
    checkHeader(name, value)
    return [name, value] as const
  })
  return Object.fromEntries(headers)
}

function readAuth(given: Readonly<Record<string, unknown>>, env: Environment): Authorize {
  switch (given['type']) {
    case 'hmac': {
      const { secret_key: key } = read({ secret_key: string() }, given)
      return { type: 'hmac', secret: secretIn(env, key, ErrorCode.secret_not_found) }
    }
    case 'bearer': {
      const { token_key: key } = read({ token_key: string() }, given)
      const value = `Bearer ${secretIn(env, key, ErrorCode.token_not_found)}`
      checkHeader('Authorization', value)
      return { type: 'header', name: 'Authorization', value }
    }
    case 'api_key': {
      const { header: name, value_key: key } = read({ header: string(), value_key: string() }, given)
      const value = secretIn(env, key, ErrorCode.api_key_not_found)
      checkHeader(name, value)
      return { type: 'header', name, value }
    }
    default:
      throw unusable('`auth.type` must be `hmac`, `bearer` or `api_key`')
  }
}

function secretIn(env: Environment, key: string, code: ErrorCode): string {
  const secret = Object.hasOwn(env, key) ? env[key] : undefined
  if (secret !== undefined && secret !== '') return secret
  throw new InvocationError({ code, message: notSet(key) })
}

/** The message must not reveal whether an unexposed variable exists. */
function notSet(key: string): string {
  return `The environment variable ${key} of the engine is not set. On a guarded listener, one that \`expose_env\` does not list counts as unset.`
}

function checkHeader(name: string, value: string): void {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    // The reason would contain the value, which may be a secret.
    throw unusable(`${JSON.stringify(name)} with its value cannot be sent as a header`)
  }
}

function read<S extends Shape>(fields: S, given: Readonly<Record<string, unknown>>): Infer<S> {
  const copy = { ...given }
  const mismatch = findMismatch(Object.entries(fields), copy)
  if (mismatch !== undefined) throw unusable(mismatch)
  // The check above established the members.
  return copy as Infer<S>
}

function unusable(reason: string): InvocationError {
  return new InvocationError({ code: ErrorCode.INVALID_ARGUMENTS, message: `The invocation cannot be used: ${reason}` })
}
