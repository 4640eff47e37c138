/**
 * The trigger type `log`: runs functions for every log record of a level. Records that such a function writes do not
 * fire the trigger again.
 */
import { DEFAULT_NAMESPACE, EngineTriggers } from '../../../../wire/protocol/names.js'
import type { Binding, BuiltinTriggerType, EngineHost } from '../../builtin.js'
import { WriteFirings } from '../../../triggers/write-firings.js'
import type { EngineSpans } from '../traces/engine-spans.js'
import { logPayload, type LogRecord } from './log-record.js'
import { triggerType } from '../../../declare/function.js'
import {
  present,
  accepting,
  any,
  described,
  integer,
  named,
  object,
  oneOf,
  optional,
  string,
  withDefault,
  type Declared,
} from '../../../declare/schema.js'

const LEVELS = ['all', 'trace', 'debug', 'info', 'warn', 'error'] as const

/** The distributed engine publishes no `trace`, and accepts it. */
const level = optional(
  described(named('LogLevel', oneOf(['all', 'debug', 'info', 'warn', 'error'])), 'Exactly this one'),
)
const levelInAnyCase: Declared<string> = {
  ...string(),
  expected: `one of ${LEVELS.join(', ')}`,
  accepts: (value) => typeof value === 'string' && LEVELS.some((name) => name === value.toLowerCase()),
}

const config = object({ level: accepting(withDefault(levelInAnyCase, 'all'), withDefault(level, 'all')) })

const record = object({
  body: string(),
  severity_text: string('Such as `INFO`'),
  severity_number: integer('uint32'),
  timestamp_unix_nano: integer('uint64'),
  observed_timestamp_unix_nano: integer('uint64'),
  trace_id: present(string()),
  span_id: present(string()),
  attributes: any(),
  resource: any(),
  service_name: string(),
  instrumentation_scope_name: present(string()),
  instrumentation_scope_version: present(string()),
})

export class LogTriggers {
  readonly type: BuiltinTriggerType
  readonly #spans: EngineSpans
  readonly #firings: WriteFirings
  readonly #bound = new Map<string, { readonly binding: Binding; readonly level: string }>()

  constructor(host: EngineHost, spans: EngineSpans) {
    this.#spans = spans
    this.#firings = new WriteFirings(host)
    this.type = triggerType({
      id: EngineTriggers.LOG,
      description: 'Calls a function for every log record of a level',
      config,
      request: record,
      bind: (binding, { level }) => {
        this.#bound.set(binding.id, { binding: unconditional(binding), level: level.toLowerCase() })
      },
      unbind: ({ id }) => {
        this.#bound.delete(id)
      },
    })
  }

  /** Runs the functions bound to the level of a record. */
  fire(record: LogRecord): void {
    if (this.#bound.size === 0 || this.#spans.isQuiet(record.trace_id)) return
    const level = record.severity_text.toLowerCase()
    const fitting = [...this.#bound.values()].filter((bound) => bound.level === 'all' || bound.level === level)
    const bindings = fitting.map(({ binding }) => binding)
    this.#firings.start(bindings, logPayload(record), this.#spans.quiet)
  }

  stop(): void {
    this.#firings.stop()
  }
}

/** These types have no conditions, and call functions in the default namespace wherever the trigger was registered. */
export function unconditional(binding: Binding): Binding {
  return { ...binding, namespace: DEFAULT_NAMESPACE, config: undefined }
}
