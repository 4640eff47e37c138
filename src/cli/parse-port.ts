/**
 * Reads a port from the command line.
 */
import { describe } from '../std/describe.js'
import { UsageError } from './command.js'

/** @throws {UsageError} naming the option. */
export function parsePort(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
  throw new UsageError(`${option} must be a port from 0 to 65535, got ${describe(value)}`)
}
