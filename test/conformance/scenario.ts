/**
 * The shape of a recorded conversation, one type per kind of step, and where the files are. What a step does is in
 * `steps/`. A scenario's id is `area/name`, its path without the extension.
 */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Addresses and assumptions a scenario may need. */
type Need = 'rbac' | 'rbac-plain' | 'http' | 'stream' | 'no-queue-provider'

export interface Scenario {
  readonly about: string
  readonly needs?: readonly Need[]
  readonly steps: readonly Step[]
}

/** Bytes, spelled in one of several ways. */
export interface BytesSpec {
  readonly hex?: string
  readonly text?: string
  readonly json?: unknown
  readonly prefix?: string
  /** The byte that `size` repeats. */
  readonly fill?: number
  readonly size?: number
}

/** Query parameters; several values of one name are sent one after the other. */
type Query = Readonly<Record<string, string | readonly string[]>>

export interface Handshake {
  readonly to?: string
  readonly path?: string
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
}

interface Waiting {
  /** Milliseconds; the runner's own limit when absent. */
  readonly within?: number
}

interface Taking extends Waiting {
  /** Takes the very next frame, whatever it is. */
  readonly next?: boolean
  /** Paths that tell frames apart, instead of the usual ones. */
  readonly by?: readonly string[]
}

interface Reply {
  readonly result?: unknown
  readonly error?: unknown
}

export interface HttpRequestSpec {
  /** The address; default `http`. */
  readonly to?: string
  readonly method?: string
  readonly path: string
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
  readonly bytes?: BytesSpec
}

export interface HttpExpectation {
  readonly status?: unknown
  readonly headers?: unknown
  readonly json?: unknown
  readonly text?: unknown
  readonly bytes?: BytesSpec
}

export interface RouteAnswer {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds before the answer goes out. */
  readonly delay?: number
}

/** Every kind of step with its members; a step is named after the one member only its kind has. */
export interface StepKinds {
  open: Handshake & { readonly open: string; readonly refused?: unknown; readonly start?: boolean }
  opened: { readonly opened: string; readonly refused?: unknown }
  connect: Handshake & {
    readonly connect: string
    readonly name?: string
    readonly namespace?: string
    readonly meta?: object
  }
  send: {
    readonly send: string
    readonly frame?: unknown
    readonly text?: string
    readonly fragments?: readonly string[]
    readonly bigText?: number
    readonly binary?: BytesSpec
  }
  expect: Taking & {
    readonly expect: string
    readonly frame?: unknown
    readonly text?: unknown
    readonly binary?: BytesSpec
  }
  expectNone: { readonly expectNone: string; readonly ms?: number; readonly frame?: unknown }
  close: { readonly close: string; readonly code?: number; readonly reason?: string; readonly settle?: number }
  terminate: { readonly terminate: string; readonly settle?: number }
  expectClose: Waiting & { readonly expectClose: string; readonly code?: unknown; readonly empty?: boolean }
  ping: { readonly ping: string; readonly data?: string }
  pause: { readonly pause: string }
  resume: { readonly resume: string }
  flush: { readonly flush: string; readonly ms?: number }
  call: Taking &
    Reply & {
      readonly call: string
      readonly fn: string
      readonly data?: unknown
      readonly noResult?: boolean
      readonly extra?: object
      readonly also?: object
      readonly retry?: number
    }
  invoke: {
    readonly invoke: string
    readonly fn: string
    readonly data?: unknown
    readonly id?: string
    readonly extra?: object
  }
  answer: Taking &
    Reply & { readonly answer: string; readonly fn: string; readonly data?: unknown; readonly frame?: unknown }
  autoAnswer: Reply & { readonly autoAnswer: string; readonly fn: string }
  http: HttpExpectation & { readonly http: HttpRequestSpec; readonly start?: string; readonly retry?: number }
  httpResult: HttpExpectation & Waiting & { readonly httpResult: string }
  route: RouteAnswer & { readonly route: string }
  expectRequest: Waiting & { readonly expectRequest: Readonly<Record<string, unknown>> }
  sleep: { readonly sleep: number }
  set: { readonly set: Readonly<Record<string, unknown>> }
  repeat: { readonly repeat: number; readonly steps: readonly Step[] }
}

export type StepKind = keyof StepKinds
export type Step = StepKinds[StepKind]

/** The recordings of the distributed engine. */
export const SCENARIO_FOLDER = fileURLToPath(new URL('./scenarios/', import.meta.url))

/** Scenarios of this project, written from what was measured on the distributed engine. */
const OWN_FOLDER = fileURLToPath(new URL('./own/', import.meta.url))
const OWN_PREFIX = 'own/'

/** The ids of the recordings in a folder, sorted. */
export async function listScenarios(folder = SCENARIO_FOLDER): Promise<string[]> {
  const files = await readdir(folder, { recursive: true })
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length).replaceAll('\\', '/'))
    .sort()
}

/** The ids of the project's own scenarios, sorted. */
export async function listOwnScenarios(): Promise<string[]> {
  return (await listScenarios(OWN_FOLDER)).map((id) => `${OWN_PREFIX}${id}`)
}

export async function readScenario(id: string): Promise<Scenario> {
  const file = id.startsWith(OWN_PREFIX) ? OWN_FOLDER + id.slice(OWN_PREFIX.length) : SCENARIO_FOLDER + id
  // An unknown step or member fails when it is played.
  return JSON.parse(await readFile(`${file}.json`, 'utf8')) as Scenario
}
