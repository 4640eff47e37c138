/**
 * Reads a multipart form part by part: fields as text, files as streams, within limits. The parser is the optional package
 * `@fastify/busboy`, loaded on first use.
 */
import type { Busboy, BusboyEvents, BusboyHeaders, BusboyInstance } from '@fastify/busboy'
import { PassThrough, type Readable } from 'node:stream'
import { ErrorCode, invalidArgument, RuntimeError, SerdeError } from '../../../errors.js'
import { deferred, type Deferred } from '../../../std/async/deferred.js'
import { messageOf } from '../../../std/text/describe.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { checkCount, checkRecord } from '../check.js'

/** Limits of a form. A form that exceeds one fails with `MESSAGE_TOO_LARGE`. */
export type FormLimits = {
  /** Maximum bytes of one file. Default: 10 MiB. */
  maxFileBytes?: number | undefined
  /** Maximum number of files. Default: 10. */
  maxFiles?: number | undefined
  /** Maximum bytes of one field. Default: 64 KiB. */
  maxFieldBytes?: number | undefined
  /** Maximum number of fields. Default: 100. */
  maxFields?: number | undefined
}

/** One part of a form: a field or a file, in the order of the form. */
export type FormPart =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'file'
      readonly name: string
      /** File name from the client, without a path. Do not use it as the name of a file on your disk. */
      readonly filename: string
      /** Media type from the client. */
      readonly type: string
      /** Content of the file. Read it before you request the next part; unread bytes are skipped. */
      readonly stream: Readable
    }

/** Argument of `parseForm`. */
export type FormRequest = {
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly request_body: { readonly stream: NodeJS.ReadableStream }
}

const DEFAULTS = { maxFileBytes: 10 * 1024 * 1024, maxFiles: 10, maxFieldBytes: 64 * 1024, maxFields: 100 }

/**
 * The parts of a form of the media type `multipart/form-data`.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for another media type or an invalid limit, `INVALID_CONFIG` without
 * `@fastify/busboy`, `MESSAGE_TOO_LARGE` when a limit is exceeded. @throws {SerdeError} `deserialization_error` for a
 * form that is malformed or ends early.
 * @example
 * for await (const part of parseForm(req)) {
 *   if (part.kind === 'file') await pipeline(part.stream, createWriteStream(newName()))
 * }
 */
export async function* parseForm(req: FormRequest, limits: FormLimits = {}): AsyncGenerator<FormPart, void> {
  const type: unknown = isRecord(req) && isRecord(req.headers) ? req.headers['content-type'] : undefined
  if (typeof type !== 'string' || !/^multipart\/form-data\b/i.test(type))
    throw invalidArgument("headers['content-type']", 'multipart/form-data', type)
  const given = checkRecord('limits', limits) as FormLimits
  const checked = { ...DEFAULTS }
  for (const name of Object.keys(DEFAULTS) as (keyof FormLimits)[]) {
    checked[name] = checkCount(`limits.${name}`, given[name] ?? DEFAULTS[name])
  }
  const reading = new Reading(await loadBusboy(), type, checked)
  yield* reading.parts(req.request_body.stream)
}

class Reading {
  readonly #parser: BusboyInstance
  readonly #found: FormPart[] = []
  #arrived: Deferred<void> | undefined
  #isOver = false
  #failure: Error | undefined
  /** The stream of the last file. */
  #file: PassThrough | undefined

  constructor(parser: typeof Busboy, type: string, limits: typeof DEFAULTS) {
    const { maxFileBytes: fileSize, maxFiles: files, maxFieldBytes: fieldSize, maxFields: fields } = limits
    const headers: BusboyHeaders = { 'content-type': type }
    this.#parser = new parser({ headers, limits: { fileSize, files, fieldSize, fields } })
    const tooLarge = (what: string): void => {
      this.#fail(new RuntimeError(ErrorCode.MESSAGE_TOO_LARGE, `The form was refused: ${what}`))
    }
    this.#parser
      .on('field', (...[name, value, isNameCut, isCut]: Parameters<BusboyEvents['field']>) => {
        if (isNameCut || isCut) tooLarge(`a field has more than ${String(fieldSize)} bytes`)
        else this.#add({ kind: 'field', name, value })
      })
      .on('file', (...[name, stream, filename, , mediaType]: Parameters<BusboyEvents['file']>) => {
        const content = new PassThrough()
        this.#file = content
        // The error reaches the reader of the stream, and the loop over the parts.
        content.on('error', () => undefined)
        stream.pipe(content)
        stream.on('error', (cause) => this.#fail(malformed(messageOf(cause), cause)))
        stream.once('limit', () => tooLarge(`the file \`${name}\` has more than ${String(fileSize)} bytes`))
        this.#add({ kind: 'file', name, filename, type: mediaType, stream: content })
      })
      .on('filesLimit', () => tooLarge(`it has more than ${String(files)} files`))
      .on('fieldsLimit', () => tooLarge(`it has more than ${String(fields)} fields`))
      .on('error', (cause: unknown) => this.#fail(malformed(messageOf(cause), cause)))
      .on('finish', () => {
        this.#isOver = true
        this.#wake()
      })
  }

  async *parts(source: NodeJS.ReadableStream): AsyncGenerator<FormPart, void> {
    source.on('error', (cause: Error) => this.#fail(cause))
    source.pipe(this.#parser)
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure
        const part = this.#found.shift()
        if (part !== undefined) {
          yield part
          if (part.kind === 'file') part.stream.resume()
        } else if (this.#isOver) return
        else await (this.#arrived ??= deferred()).promise
      }
    } finally {
      source.unpipe(this.#parser)
    }
  }

  #add(part: FormPart): void {
    this.#found.push(part)
    this.#wake()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#file?.destroy(this.#failure)
    this.#wake()
  }

  #wake(): void {
    this.#arrived?.resolve()
    this.#arrived = undefined
  }
}

function malformed(reason: string, cause: unknown): SerdeError {
  return new SerdeError(ErrorCode.deserialization_error, `The form cannot be read: ${reason}`, { cause })
}

async function loadBusboy(): Promise<typeof Busboy> {
  try {
    return (await import('@fastify/busboy')).Busboy
  } catch (cause) {
    const text = 'Reading forms needs the package @fastify/busboy, which is not installed: npm install @fastify/busboy'
    throw new RuntimeError(ErrorCode.INVALID_CONFIG, text, { cause })
  }
}
