/** The work of `iii-node types` and `iii-node dev --types`: makes the files from schemas, and writes them after changes. */
import { isAbsolute, relative, resolve } from 'node:path'
import type { EngineSchemas } from '../generate/engine-schemas.js'
import { deferred } from '../std/async/deferred.js'
import type { Clock, Timer } from '../std/time/clock.js'
import { writeIfChanged } from './generated-file.js'

/** Which files are made, and how. */
export interface TypesRequest {
  /** The declaration file; `-` prints it. */
  readonly out: string
  /** The module with contracts. */
  readonly runtime?: string | undefined
  readonly isStrict: boolean
  readonly hasStreams: boolean
  readonly namespace?: string | undefined
}

export interface GeneratedFile {
  readonly name: string
  readonly text: string
}

/** The files for some schemas. Equal schemas give equal files. */
export async function typesFiles(schemas: EngineSchemas, request: TypesRequest): Promise<GeneratedFile[]> {
  const { out, runtime, isStrict, hasStreams, namespace } = request
  const { typesFile } = await import('../generate/types-file.js')
  const text = typesFile(hasStreams ? schemas : { ...schemas, streams: [] }, { isStrict, namespace })
  if (runtime === undefined) return [{ name: out, text }]
  const { contractsFile } = await import('../generate/contracts-file.js')
  return [
    { name: out, text },
    { name: runtime, text: contractsFile(schemas, namespace) },
  ]
}

/** Writes the files that are not up to date. @returns their names. */
export async function writeTypes(files: readonly GeneratedFile[]): Promise<string[]> {
  const written: string[] = []
  for (const { name, text } of files) if (await writeIfChanged(name, text)) written.push(shownPath(name))
  return written
}

/** A path as it is shown: from the current folder when it is in it. */
export function shownPath(name: string): string {
  const path = relative(process.cwd(), resolve(name))
  return path.startsWith('..') || isAbsolute(path) ? name : path
}

/** Changes that follow each other within this time are read once. */
const SETTLE_MS = 200

/** Runs work after changes, one run at a time. */
export class AfterChanges {
  readonly #work: () => Promise<void>
  readonly #clock: Clock
  readonly #failed = deferred<never>()
  #timer: Timer | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(work: () => Promise<void>, clock: Clock) {
    this.#work = work
    this.#clock = clock
    this.#failed.promise.catch(() => undefined)
  }

  /** Rejects when the work fails. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  readonly changed = (): void => {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(SETTLE_MS, () => {
      this.#last = this.#last.then(this.#work)
      this.#last.catch(this.#failed.reject)
    })
  }

  /** Ends without a further run; resolves when the present one is over. */
  async end(): Promise<void> {
    this.#timer?.cancel()
    await this.#last.catch(() => undefined)
  }
}
