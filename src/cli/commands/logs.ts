/** `iii-node logs`: prints the newest log records of workers, or follows them. */
import { describe } from '../../std/text/describe.js'
import { Exit, UsageError, type Run, type Terminal, type Values } from '../command.js'
import { type LOG_LEVELS, logsOptions } from '../options.js'
import { parse } from '../parse.js'
import { jsonOf, page, painter } from '../print/text.js'
import { functionOf, logLine, type LogRow } from '../print/waterfall.js'
import { limitOf, withEngine, type Remote } from './connection.js'
import { follow } from './follow.js'

type LogsValues = Values<typeof logsOptions>

const USUAL_LIMIT = 50
/** Records that are read to find those of one function, which the engine cannot select. */
const SEARCHED = 1_000

/** Severity numbers of OpenTelemetry. */
const SEVERITIES = { debug: 5, info: 9, warn: 13, error: 17 } as const satisfies Record<
  (typeof LOG_LEVELS)[number],
  number
>

export const run: Run = async (args, terminal) => {
  const { values, positionals } = parse(logsOptions, args)
  if (positionals.length > 0) {
    throw new UsageError(`logs takes options only, got ${describe(positionals[0])}; --function selects one`)
  }
  const limit = limitOf(values.limit, USUAL_LIMIT)
  return withEngine({ name: 'logs', values }, async (remote) => {
    const logs = await recent(remote, values, limit)
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

/** Oldest first. */
async function recent({ ask }: Remote, values: LogsValues, limit: number): Promise<LogRow[]> {
  const { logs } = await ask<{ logs: LogRow[] }>('engine::logs::list', {
    ...(values.trace === undefined ? {} : { trace_id: values.trace.toLowerCase() }),
    ...(values.level === undefined ? {} : { severity_min: SEVERITIES[values.level] }),
    limit: values.function === undefined ? limit : SEARCHED,
  })
  return logs
    .filter((row) => fits(row, values))
    .slice(0, limit)
    .reverse()
}

function fits(row: LogRow, { function: functionId, level, trace }: LogsValues): boolean {
  return (
    (functionId === undefined || functionOf(row) === functionId) &&
    (level === undefined || row.severity_number >= SEVERITIES[level]) &&
    (trace === undefined || row.trace_id === trace.toLowerCase())
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
