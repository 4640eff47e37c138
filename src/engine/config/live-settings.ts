/**
 * The settings of one built-in that clients can read and change while the engine runs. A change is checked as a whole
 * before it is applied, by the same declaration as the configuration file. Settings that are read at start only are
 * neither shown nor accepted.
 */
import { documentOf, type DeclaredObject, type Members } from '../declare/schema.js'
import { changeable, invalidConfig, joined, parseSettings, partOf } from '../declare/settings.js'
import { describe } from '../../std/text/describe.js'
import { isRecord } from '../../wire/protocol/validate.js'

export interface LiveSettingsOptions {
  /** The built-in, which is the id of the configuration. */
  readonly name: string
  /** What the built-in does. */
  readonly description: string
  readonly declared: DeclaredObject<Members>
  /** The settings of the configuration file. */
  readonly config: unknown
  /**
   * Applies settings, those of the start included.
   * @throws {Error} when they are invalid; nothing has changed then.
   */
  readonly apply: (config: unknown) => void
}

export class LiveSettings {
  readonly name: string
  readonly description: string
  /** JSON Schema of the value. */
  readonly schema: object
  readonly #declared: DeclaredObject<Members>
  readonly #fixed: Readonly<Record<string, unknown>>
  readonly #apply: (config: unknown) => void
  #value: Readonly<Record<string, unknown>>

  constructor({ name, description, declared, config, apply }: LiveSettingsOptions) {
    this.name = name
    this.description = description
    this.#declared = changeable(declared)
    this.schema = documentOf(this.#declared)
    this.#fixed = partOf(declared.members, config, true)
    this.#value = partOf(declared.members, parseSettings(name, declared.members, config), false)
    this.#apply = apply
  }

  /** The settings of the start with their defaults, or the value that was set last. */
  get value(): Readonly<Record<string, unknown>> {
    return this.#value
  }

  /**
   * Replaces the settings; a missing one returns to its default.
   * @throws {RuntimeError} INVALID_CONFIG; nothing has changed then.
   */
  set(value: unknown): void {
    if (!isRecord(value)) throw invalidConfig(`${this.name} must be an object, got ${describe(value)}`)
    parseSettings(this.name, this.#declared.members, value)
    this.#apply(joined(this.#fixed, value))
    this.#value = value
  }
}
