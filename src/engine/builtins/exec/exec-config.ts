/** Settings of `iii-exec`: the commands that run beside the engine. Only a configuration file can set them. */
import { list, string, withDefault } from '../../declare/schema.js'
import { parseSettings, section, setting } from '../../declare/settings.js'

/** Settings of `iii-exec`. */
export interface ExecConfig {
  /** Commands of a shell, in the order they run. */
  readonly exec: readonly string[]
  /** Patterns for files whose changes start the commands again. */
  readonly watch: readonly string[]
}

const command = setting<string>(
  'a command that is not blank',
  (value) => typeof value === 'string' && value.trim() !== '' && !value.includes('\0'),
  { minLength: 1, type: 'string' },
)

export const execSettings = {
  config: section({
    exec: withDefault(list(command, 'Commands that run one after the other; the last may run on'), []),
    watch: withDefault(list(string(), 'Files whose changes start the commands again, such as `src/**/*.ts`'), []),
  }),
  local: section({}),
}

/**
 * Reads the `config` of `iii-exec`; absent means no commands.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseExecConfig(config: unknown): ExecConfig {
  return parseSettings('iii-exec', execSettings.config.members, config)
}
