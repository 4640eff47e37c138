/**
 * The trigger type `log`: runs functions for every log record of a level. Records that such a function writes do not
 * fire the trigger again.
 */
import { DEFAULT_NAMESPACE, EngineTriggers } from '../../../../wire/protocol/names.js'
import { isRecord } from '../../../../wire/protocol/validate.js'
import { describe } from '../../../../std/text/describe.js'
import type { Binding, BuiltinTriggerType, EngineHost } from '../../builtin.js'
import { WriteFirings } from '../../../triggers/write-firings.js'
import type { EngineSpans } from '../traces/engine-spans.js'
import { logPayload, type LogRecord } from './log-record.js'

const LEVELS = ['all', 'trace', 'debug', 'info', 'warn', 'error']

export class LogTriggers {
  readonly type: BuiltinTriggerType
  readonly #spans: EngineSpans
  readonly #firings: WriteFirings
  readonly #bound = new Map<string, { readonly binding: Binding; readonly level: string }>()

  constructor(host: EngineHost, spans: EngineSpans) {
    this.#spans = spans
    this.#firings = new WriteFirings(host)
    this.type = {
      id: EngineTriggers.LOG,
      description: 'Calls a function for every log record of a level',
      configurationSchema: {
        type: 'object',
        properties: { level: { enum: LEVELS, description: 'This level exactly; default `all`' } },
      },
      requestSchema: { type: 'object', properties: { severity_text: { type: 'string' }, body: { type: 'string' } } },
      bind: (binding) => {
        this.#bound.set(binding.id, { binding: unconditional(binding), level: levelOf(binding.config) })
      },
      unbind: ({ id }) => {
        this.#bound.delete(id)
      },
    }
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

function levelOf(config: unknown): string {
  const { level = null } = isRecord(config) ? config : {}
  const name = typeof level === 'string' ? level.toLowerCase() : (level ?? 'all')
  if (typeof name === 'string' && LEVELS.includes(name)) return name
  throw new Error(`\`level\` must be one of ${LEVELS.join(', ')}, got ${describe(level)}`)
}
