/** The command line of the benchmarks. */
import { parseArgs } from 'node:util'
import type { RunOptions } from './suite.js'

export interface BenchOptions extends RunOptions {
  readonly only: readonly string[]
  readonly json: boolean
  /** Whether the figures are stored in `figures.json`, and the documents that show them are updated. */
  readonly write: boolean
  /** Whether `dist/` is updated first. */
  readonly build: boolean
}

/** Parses the command line. Throws for unknown options and invalid values. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '7' },
      calls: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
    },
  })
  return {
    only: values.only.flatMap((ids) => ids.split(',')),
    rounds: positiveInteger('rounds', values.rounds),
    calls: values.calls === undefined ? undefined : positiveInteger('calls', values.calls),
    json: values.json,
    write: values.write,
    build: !values['no-build'],
  }
}

/** Parses a whole number from 1. */
export function positiveInteger(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1, got ${text}`)
  return value
}
