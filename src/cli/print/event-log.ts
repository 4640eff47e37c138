/**
 * Prints the events of the engine on stderr: one JSON object per line for programs, text for terminals. Control
 * characters in names and payloads never reach the terminal, and values of sensitive keys are not printed.
 */
import { logLineOf, type Emit, type EngineEvent } from '../../engine/engine-events.js'
import { safeLines } from '../../std/text/one-line.js'
import { LOG_LEVELS, type LOG_FORMATS } from '../options.js'
import { eventText } from './event-text.js'
import { readable } from './text.js'

export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFormat = (typeof LOG_FORMATS)[number]

/** Maximum events printed per second. Further ones are only counted, as a slow terminal would slow down the engine. */
const MAX_PER_SECOND = 200

export interface EventLogOptions {
  readonly format: LogFormat
  /** Lowest level that is printed. */
  readonly level: LogLevel
  readonly isColoured: boolean
  /** Whether answered requests and finished jobs are printed at level `info` instead of `debug`. */
  readonly showsActivity?: boolean
  readonly write: (text: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Returns an event listener that prints each event. */
export function eventLog({ format, level, isColoured, showsActivity = false, write, now }: EventLogOptions): Emit {
  const render = format === 'json' ? eventJson : (event: EngineEvent, at: Date) => eventText(event, at, isColoured)
  const least = LOG_LEVELS.indexOf(level)
  let second = 0
  let shown = 0
  return (event) => {
    const isActivity = showsActivity && (event.kind === 'request_served' || event.kind === 'job_done')
    if (LOG_LEVELS.indexOf(isActivity ? 'info' : logLineOf(event).level) < least) return
    const at = now()
    const isNew = Math.floor(at / 1_000) !== second
    if (!isNew && shown >= MAX_PER_SECOND) {
      shown += 1
      return
    }
    if (isNew) {
      const left = shown - MAX_PER_SECOND
      if (left > 0) write(render(notShown(left), new Date(at)))
      second = Math.floor(at / 1_000)
      shown = 0
    }
    shown += 1
    write(render(event, new Date(at)))
  }
}

function notShown(events: number): EngineEvent {
  return {
    kind: 'log',
    level: 'warn',
    message: 'Too many events in one second; some were not shown',
    fields: { events },
  }
}

function eventJson(event: EngineEvent, at: Date): string {
  const { level, message, fields } = logLineOf(event)
  const record = { time: at.toISOString(), level, message, kind: event.kind, ...fields }
  return safeLines(JSON.stringify(record, readable))
}
