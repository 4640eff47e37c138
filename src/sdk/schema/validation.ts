/**
 * Creates the error for a value that does not match a schema: the message has the first issues, `issues` has all kept
 * ones. Knows the wording, not when a value is validated.
 */
import { ErrorCode, ValidationError } from '../../errors.js'
import { parse, whenParsed, type Misfit } from './parse.js'
import type { SchemaSide, StandardSchemaV1 } from './standard-schema.js'

/** The origin of a validated value. */
export interface Subject {
  /** The function or trigger type. */
  readonly id: string
  readonly side: SchemaSide
}

/**
 * The validated value; a promise only if the schema validates asynchronously.
 * @throws {ValidationError} `deserialization_error` for an input, `serialization_error` for an output. An asynchronous
 * validation rejects with it.
 */
export function validate(schema: StandardSchemaV1, value: unknown, subject: Subject): unknown {
  return whenParsed(parse(schema, value), (parsed) => {
    if (parsed.issues !== undefined) throw validationError(subject, parsed)
    return parsed.value
  })
}

/** Maximum issues in a message; further ones are counted. */
const MAX_LISTED = 10

/** The error for an invalid value. */
export function validationError({ id, side }: Subject, { issues, total, cause }: Misfit): ValidationError {
  const listed = issues.slice(0, MAX_LISTED).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  if (total > listed.length) listed.push(`and ${String(total - listed.length)} more`)
  const name = side === 'input' ? 'Input for' : 'Output of'
  const code = side === 'input' ? ErrorCode.deserialization_error : ErrorCode.serialization_error
  const message = `${name} ${id} is invalid: ${listed.join('; ')}`
  return new ValidationError({ code, message, functionId: id, issues }, cause === undefined ? {} : { cause })
}
