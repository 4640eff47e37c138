/** `iii-node logs`: prints the newest log records of workers, or follows them. */
import { describe } from '../../../std/text/describe.js'
import type { LogRow } from '../../../wire/protocol/list-rows.js'
import { Exit, UsageError, type RunCommand, type Terminal, type Values } from '../../command.js'
import { type LOG_LEVELS, logsOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { jsonOf, page, painter } from '../../print/text.js'
import { functionOf, logLine } from '../../print/waterfall.js'
import { limitOf, withEngine, type Remote } from './connection.js'
import { follow } from './follow.js'
import { wholeId } from './traces.js'

type LogsValues = Values<typeof logsOptions>

const USUAL_LIMIT = 50
/** Records that are read to find those of one function, which the engine cannot select. */
const SEARCHED = 1_000

/** Severity numbers of OpenTelemetry. */
const SEVERITIES = { debug: 5, info: 9, warn: 13, error: 17 } as const satisfies Record<
  (typeof LOG_LEVELS)[number],
  number
>

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(logsOptions, args)
  if (positionals.length > 0) {
    throw new UsageError(`logs takes options only, got ${describe(positionals[0])}; --function selects one`)
  }
  const limit = limitOf(values.limit, USUAL_LIMIT)
  return withEngine({ name: 'logs', values }, async (remote) => {
    const logs = await recordsOf(remote, values, limit)
    await print(logs, values, terminal)
    if (values.follow !== true) return Exit.OK
    const paint = painter(terminal.screen)
    await follow(remote, { types: ['log'], config: { level: 'all' }, terminal }, (payload) => {
      const row = payload as LogRow
      if (fits(row, values)) terminal.out(values.json === true ? jsonOf(row) : logLine(row, paint))
    })
    return Exit.OK
  })
}

/** Which records are wanted. */
export interface LogFilter {
  readonly function?: string | undefined
  readonly level?: (typeof LOG_LEVELS)[number] | undefined
  /** The id of a trace, or its first digits. */
  readonly trace?: string | undefined
}

/** The newest records that fit, oldest first. */
export async function recordsOf({ ask }: Remote, filter: LogFilter, limit: number): Promise<LogRow[]> {
  const { level, trace } = filter
  const traceId = trace === undefined ? undefined : await wholeId(ask, trace.toLowerCase())
  const { logs } = await ask<{ logs: LogRow[] }>('engine::logs::list', {
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    ...(level === undefined ? {} : { severity_min: SEVERITIES[level] }),
    limit: filter.function === undefined ? limit : SEARCHED,
  })
  // Engines list records as they arrived; workers send theirs later than the engine.
  return logs
    .filter((row) => fits(row, filter))
    .slice(0, limit)
    .reverse()
    .sort((a, b) => timeOf(a) - timeOf(b))
}

/** In nanoseconds. */
function timeOf(row: LogRow): number {
  return row.timestamp_unix_nano || row.observed_timestamp_unix_nano
}

function fits(row: LogRow, { function: functionId, level, trace }: LogFilter): boolean {
  return (
    (functionId === undefined || functionOf(row) === functionId) &&
    (level === undefined || row.severity_number >= SEVERITIES[level]) &&
    (trace === undefined || (row.trace_id ?? '').startsWith(trace.toLowerCase()))
  )
}

async function print(logs: readonly LogRow[], values: LogsValues, terminal: Terminal): Promise<void> {
  if (values.json === true) {
    if (values.follow === true) for (const row of logs) terminal.out(jsonOf(row))
    else terminal.out(jsonOf({ logs }, 2))
    return
  }
  const paint = painter(terminal.screen)
  const lines = logs.map((row) => logLine(row, paint))
  if (values.follow === true) for (const line of lines) terminal.out(line)
  else if (lines.length === 0) terminal.err('The engine has no such log records')
  else await page(terminal, lines)
}
