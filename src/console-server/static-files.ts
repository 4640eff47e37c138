/** Serves the files of the console from `dist/console`, with headers that let the page load nothing else. */
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ErrorCode, RuntimeError } from '../errors.js'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
}

/** Beside the built package; from the sources, in its `dist`. */
const PLACES = ['./console/', '../../dist/console/']
const PAGE = 'index.html'

/** Answers an HTTP request. */
export type Serve = (request: IncomingMessage, response: ServerResponse) => void

interface StaticFile {
  readonly type: string
  readonly plain: Buffer
  /** Set by the first request for it. */
  zipped?: Buffer
}

/**
 * Reads the files once and returns the request listener. A path without a file name is a page of the console.
 * @throws {RuntimeError} `INVALID_CONFIG` when the files are missing.
 */
export function staticFiles(): Serve {
  const files = readFiles()
  return (request, response) => {
    const { method = '', url = '/' } = request
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { ...HEADERS, allow: 'GET, HEAD' }).end()
      return
    }
    const name = url.replace(/[?#].*$/s, '').slice(1)
    const file = files.get(/\.\w+$/.test(name) && !name.includes('/') ? name : PAGE)
    if (file === undefined) {
      response.writeHead(404, HEADERS).end()
      return
    }
    const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding']))
    const body = isZipped ? (file.zipped ??= gzipSync(file.plain)) : file.plain
    response.writeHead(200, {
      ...HEADERS,
      'content-type': file.type,
      'content-length': body.length,
      vary: 'accept-encoding',
      ...(isZipped && { 'content-encoding': 'gzip' }),
    })
    response.end(method === 'HEAD' ? undefined : body)
  }
}

/** Sends JSON under the same policy as the files. */
export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body, undefined, 2))
}

function readFiles(): ReadonlyMap<string, StaticFile> {
  const folder = PLACES.map((place) => new URL(place, import.meta.url)).find(isConsole)
  if (folder === undefined) {
    const message = 'The files of the console are missing from this installation. Install `iii-node` again.'
    throw new RuntimeError(ErrorCode.INVALID_CONFIG, message)
  }
  return new Map(
    readdirSync(folder).flatMap((name) => {
      const type = TYPES[extname(name)]
      if (type === undefined) return []
      const plain = readFileSync(new URL(name, folder))
      return [[name, { type, plain }] as const]
    }),
  )
}

function isConsole(folder: URL): boolean {
  try {
    return readdirSync(folder).includes(PAGE)
  } catch {
    // There is no such folder.
    return false
  }
}
