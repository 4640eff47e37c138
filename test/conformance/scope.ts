/**
 * The variables of one scenario run. `${name}` in any string is replaced; a string that is nothing else keeps the
 * value's own type. Identifiers are made on first use and stay.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { isRecord } from '../../src/wire/protocol/validate.js'
import { ScenarioFailure } from './failure.js'

const REFERENCE = /\$\{([^{}]+)\}/g
const ONLY_A_REFERENCE = /^\$\{([^{}]+)\}$/

/** Values made when their name is first used, by the part before the colon. */
const MADE_ON_USE: Readonly<Record<string, () => string>> = {
  uuid: randomUUID,
  trace: () => randomBytes(16).toString('hex'),
  span: () => randomBytes(8).toString('hex'),
}

export class Scope {
  /** Fresh for each run and part of every name a scenario registers, so that runs cannot meet. */
  readonly run = `r${randomBytes(4).toString('hex')}`
  readonly #values = new Map<string, unknown>([['run', this.run]])

  set(name: string, value: unknown): void {
    this.#values.set(name, value)
  }

  /** @throws {ScenarioFailure} when nothing has set the variable. */
  get(name: string): unknown {
    if (name === 'nowNs') return `${Date.now()}000000`
    if (name.startsWith('now+')) return Date.now() + Number(name.slice('now+'.length))
    if (!this.#values.has(name)) this.#values.set(name, make(name))
    return this.#values.get(name)
  }

  /** The same value with every reference replaced, in keys as well. */
  fill<T>(value: T): T
  fill(value: unknown): unknown {
    if (typeof value === 'string') return this.#fillText(value)
    if (Array.isArray(value)) return value.map((entry: unknown) => this.fill(entry))
    if (!isRecord(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.fill(key), this.fill(member)]))
  }

  #fillText(text: string): unknown {
    const only = ONLY_A_REFERENCE.exec(text)?.[1]
    if (only !== undefined) return this.get(only)
    return text.replace(REFERENCE, (_whole, name: string) => {
      const value = this.get(name)
      return typeof value === 'string' ? value : JSON.stringify(value)
    })
  }
}

function make(name: string): string {
  const [kind = '', label] = name.split(':')
  const create = label === undefined ? undefined : MADE_ON_USE[kind]
  if (create === undefined) throw new ScenarioFailure(`unknown variable \${${name}}`)
  return create()
}
