/** The command line of the runner. */
import { parseArgs } from 'node:util'
import type { Targets } from './stage.js'

export interface RunnerOptions {
  /** Addresses of an engine that already runs; `undefined` starts local ones. */
  readonly targets: Targets | undefined
  /** Conditions that hold for the engine beside its addresses. */
  readonly assumptions: readonly string[]
  readonly isSelected: (id: string) => boolean
  readonly limitMs: number
  readonly rounds: number
  readonly lanes: number
  readonly verbose: boolean
}

export const USAGE = `npm run conformance -- [options]
  --only glob            an area or area/scenario, e.g. state, http/*, */*null*; may be repeated
  --url ws://…           an engine that already runs, instead of local ones
  --rbac-url ws://…      its guarded listener with middleware and hooks
  --rbac-plain-url ws://…  its guarded listener with the auth function only
  --http http://…        its HTTP trigger server
  --stream ws://…        its stream server
  --assume condition     a condition that holds for it: no-queue-provider; may be repeated
  --timeout ms           how long an expectation waits (3000)
  --repeat n             plays everything n times
  --lanes n              local engines side by side, areas shared out among them (4)
  --verbose              also a line for each scenario that passes`

/** Reads the command line. Throws for options that do not exist or make no sense. */
export function readOptions(args: readonly string[]): RunnerOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      url: { type: 'string' },
      'rbac-url': { type: 'string' },
      'rbac-plain-url': { type: 'string' },
      http: { type: 'string' },
      stream: { type: 'string' },
      assume: { type: 'string', multiple: true, default: [] },
      timeout: { type: 'string', default: '3000' },
      repeat: { type: 'string', default: '1' },
      lanes: { type: 'string', default: '4' },
      verbose: { type: 'boolean', default: false },
    },
  })
  const addresses = {
    main: values.url,
    rbac: values['rbac-url'],
    'rbac-plain': values['rbac-plain-url'],
    http: values.http,
    stream: values.stream,
  }
  const targets = Object.fromEntries(
    Object.entries(addresses).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  if (Object.keys(targets).length > 0 && values.url === undefined) throw new Error('the other addresses need --url')
  return {
    targets: values.url === undefined ? undefined : targets,
    assumptions: values.assume,
    isSelected: selector(values.only),
    limitMs: wholeNumber('timeout', values.timeout),
    rounds: wholeNumber('repeat', values.repeat),
    lanes: wholeNumber('lanes', values.lanes),
    verbose: values.verbose,
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1, got ${text}`)
  return value
}

/** Whether a scenario is meant by any of the globs, by its id or its area; all are when there is no glob. */
export function selector(globs: readonly string[]): (id: string) => boolean {
  const patterns = globs.map(regexOf)
  return (id) => patterns.length === 0 || patterns.some((pattern) => pattern.test(id) || pattern.test(areaOf(id)))
}

/** The folder of a scenario. */
export function areaOf(id: string): string {
  return id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : id
}

/** `*` stands for any characters, slashes included, `?` for one. */
function regexOf(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
}
