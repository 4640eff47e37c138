/**
 * An engine's state and machines that use it, for simulated workflows. Requests take their time and overtake each other;
 * the engine and machines die, freeze and lose their connection at any moment, also in the middle of a write. A forgetful
 * engine acknowledges before it stores, and comes back with each scope as it was at some time of its last interval.
 */
import { ErrorCode, RuntimeError } from '../../src/errors.js'
import type { JsonValue } from '../../src/wire/protocol/validate.js'
import { applyUpdateOps } from '../../src/wire/updates/update-ops.js'
import { parseUpdateOps } from '../../src/wire/updates/update-op.js'
import type { Store, StoreOp } from '../../src/workflow/records/store.js'
import type { SeededRandom } from '../kit/seeded-random.js'
import type { Schedule, SimProcess } from './schedule.js'

/** What happens to a write. */
export interface WriteFault {
  readonly phase: 'before' | 'after'
  readonly strike: (sender: Machine) => void
}

interface Written {
  readonly at: number
  readonly scope: string
  readonly key: string
  readonly old: JsonValue | undefined
}

interface EngineParts {
  readonly schedule: Schedule
  readonly random: SeededRandom
  readonly latencyMs: number
  /** What it forgets in a crash; 0: it stores before it acknowledges. */
  readonly saveMs: number
}

export class Engine {
  readonly parts: EngineParts
  isUp = true
  boot = 1
  /** Observes each value that was written. */
  onWritten: (scope: string, key: string, value: JsonValue | undefined) => void = () => undefined
  /** Observes a scope that was set back. */
  onForgotten: () => void = () => undefined
  readonly #scopes = new Map<string, Map<string, JsonValue>>()
  #written: Written[] = []
  readonly #faults = new Map<number, WriteFault>()
  #writes = 0

  constructor(parts: EngineParts) {
    this.parts = parts
  }

  value(scope: string, key: string): JsonValue | undefined {
    return this.#scopes.get(scope)?.get(key)
  }

  values(scope: string): ReadonlyMap<string, JsonValue> {
    return this.#scopes.get(scope) ?? new Map()
  }

  get scopes(): readonly string[] {
    return [...this.#scopes.keys()]
  }

  /** Lets a fault strike at a write from now on, counted from 1. */
  strikeAt(nth: number, fault: WriteFault): void {
    this.#faults.set(this.#writes + nth, fault)
  }

  /** Lets no more faults strike. */
  calm(): void {
    this.#faults.clear()
  }

  /** Ends, and starts again after a time. */
  crash(downMs: number): void {
    if (!this.isUp) return
    const { schedule, saveMs } = this.parts
    this.isUp = false
    this.boot += 1
    if (saveMs > 0) this.#forget()
    schedule.at(schedule.now + downMs, undefined, 'io', () => {
      this.isUp = true
    })
  }

  /** Performs a write of a machine. @returns nothing when the fault of this write keeps it from being answered. */
  write(sender: Machine, apply: () => unknown): { readonly result: unknown } | undefined {
    this.#writes += 1
    const fault = this.#faults.get(this.#writes)
    if (fault?.phase === 'before') {
      fault.strike(sender)
      if (!this.isUp) return undefined
    }
    const result = apply()
    if (fault?.phase === 'after') fault.strike(sender)
    return { result }
  }

  update(scope: string, key: string, ops: readonly StoreOp[]): JsonValue {
    const { value, errors } = applyUpdateOps(this.value(scope, key), parseUpdateOps('state::update', ops))
    if (errors[0] !== undefined) throw new RuntimeError(ErrorCode.UPDATE_ERROR, errors[0].message)
    this.put(scope, key, value)
    return value
  }

  put(scope: string, key: string, value: JsonValue | undefined): void {
    const values = this.#scopes.get(scope) ?? new Map<string, JsonValue>()
    this.#scopes.set(scope, values)
    if (this.parts.saveMs > 0) {
      this.#written.push({ at: this.parts.schedule.now, scope, key, old: values.get(key) })
    }
    if (value === undefined) values.delete(key)
    else values.set(key, value)
    this.onWritten(scope, key, value)
  }

  /** Each scope comes back as it was at a time of the last interval, and not all at the same. */
  #forget(): void {
    const { schedule, random, saveMs } = this.parts
    const kept = new Map<string, number>()
    for (const { at, scope, key, old } of this.#written.reverse()) {
      if (at < schedule.now - saveMs) break
      const until = kept.get(scope) ?? schedule.now - random.next() * saveMs
      kept.set(scope, until)
      if (at < until) continue
      const values = this.#scopes.get(scope)
      if (old === undefined) values?.delete(key)
      else values?.set(key, old)
    }
    this.#written = []
    this.onForgotten()
  }
}

type Pending = (error: RuntimeError) => void

/** A process with a connection to the engine. */
export class Machine {
  readonly process: SimProcess
  readonly engine: Engine
  readonly name: string
  /** Called when it is connected again. */
  onConnected: () => void = () => undefined
  #link = 1
  #isUp = true
  readonly #pending = new Set<Pending>()

  constructor(engine: Engine, name: string) {
    this.engine = engine
    this.name = name
    this.process = engine.parts.schedule.process(name)
  }

  get isDead(): boolean {
    return this.process.isDead
  }

  get isFrozen(): boolean {
    return this.process.frozenUntil > this.engine.parts.schedule.now
  }

  kill(): void {
    this.process.isDead = true
    this.#pending.clear()
  }

  freeze(forMs: number): void {
    const { schedule } = this.engine.parts
    this.process.frozenUntil = Math.max(this.process.frozenUntil, schedule.now + forMs)
  }

  /** Loses the connection: requests under way get no answer, and may still arrive. */
  cut(forMs: number): void {
    if (!this.#isUp || this.isDead) return
    const { schedule } = this.engine.parts
    this.#isUp = false
    this.#link += 1
    schedule.at(schedule.now, this.process, 'io', () => {
      for (const fail of [...this.#pending])
        fail(new RuntimeError(ErrorCode.CONNECTION_LOST, 'The connection was lost'))
    })
    this.#reconnectAfter(forMs)
  }

  #reconnectAfter(delayMs: number): void {
    const { schedule } = this.engine.parts
    schedule.at(schedule.now + delayMs, this.process, 'io', () => {
      if (!this.engine.isUp) {
        this.#reconnectAfter(100)
        return
      }
      this.#isUp = true
      this.onConnected()
    })
  }

  /** The state of the engine, as this machine reaches it. */
  readonly store: Store = {
    get: (scope, key) => this.#ask(() => this.engine.value(scope, key)),
    list: (scope) => this.#ask(() => [...this.engine.values(scope).values()]),
    update: (scope, key, ops) => {
      const sent = structuredClone(ops)
      return this.#write(() => this.engine.update(scope, key, sent))
    },
    set: (scope, key, value) => this.#write<void>(() => this.engine.put(scope, key, value as JsonValue)),
    remove: (scope, key) => this.#write<void>(() => this.engine.put(scope, key, undefined)),
    scopes: () => this.#ask(() => this.engine.scopes),
    bootId: () => this.#ask(() => String(this.engine.boot)),
  }

  #write<T>(apply: () => T): Promise<T> {
    return this.#send(() => this.engine.write(this, apply)) as Promise<T>
  }

  #ask<T>(read: () => T): Promise<T> {
    return this.#send(() => ({ result: read() })) as Promise<T>
  }

  #send(perform: () => { readonly result: unknown } | undefined): Promise<unknown> {
    const { schedule, random, latencyMs } = this.engine.parts
    return new Promise((resolve, reject) => {
      const link = this.#link
      const { boot } = this.engine
      const settle = (work: () => void): void => {
        if (!this.#pending.delete(reject)) return
        work()
      }
      this.#pending.add(reject)
      if (!this.#isUp) {
        const error = new RuntimeError(ErrorCode.NOT_CONNECTED, 'There is no connection')
        schedule.at(schedule.now + 1, this.process, 'io', () => settle(() => reject(error)))
        return
      }
      schedule.at(schedule.now + 1 + random.below(latencyMs), undefined, 'io', () => {
        // A request may arrive although its sender is gone.
        const isLate = link !== this.#link && random.next() < 0.5
        if (!this.engine.isUp) this.cut(100)
        if (!this.engine.isUp || this.engine.boot !== boot || isLate) return
        let answer: () => void
        try {
          const performed = perform()
          if (performed === undefined) return
          answer = () => resolve(performed.result)
        } catch (error) {
          answer = () => reject(error)
        }
        schedule.at(schedule.now + 1 + random.below(latencyMs), this.process, 'io', () => {
          if (link === this.#link) settle(answer)
        })
      })
    })
  }
}
