/**
 * Serves the console: its static files, and a WebSocket that leads to an engine. The WebSocket requires
 * the token of this server; the static files contain nothing secret. Also serves the OpenAPI document of the engine. Listens on loopback by default.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { screenOf, type OriginRules } from '../engine/access/origins.js'
import { createCounters } from '../engine/counters.js'
import { reachableHost } from '../engine/config/listener-config.js'
import { ErrorCode, RuntimeError } from '../errors.js'
import { silentLog, type Log } from '../std/log.js'
import type { EngineSchemas } from '../generate/engine-schemas.js'
import type { InvokingEngine } from '../generate/read-schemas.js'
import { toErrorBody } from '../wire/protocol/error-body.js'
import { listen, type UpgradeRequest } from '../wire/transport/ws-accept.js'
import { ConsoleLink, type ConsoleTarget } from './console-link.js'
import { answerJson, staticFiles } from './static-files.js'

/** Options of a console. */
export interface ConsoleOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** 0 selects a free port. Default: 3113, or the next free port. */
  readonly port?: number | undefined
  /** Whether everything that changes something is refused. Default false. */
  readonly readOnly?: boolean | undefined
  /** Pages and host names that are trusted in addition to this machine. */
  readonly origins?: OriginRules | undefined
  readonly log?: Log | undefined
}

export interface ConsoleServer {
  /** The address to open in a browser, with the token. */
  readonly url: string
  /** Stops serving. May be called again. */
  close(): Promise<void>
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 3_113
/** Ports that are tried, from the default one. */
const PORTS_TRIED = 20
const HANDSHAKE_MS = 10_000
/** Maximum browsers at once; further ones get 503. */
const MAX_LINKS = 64
const ENGINE_PATH = '/engine'
const OPENAPI_PATH = '/openapi.json'

/**
 * Starts a console in front of an engine.
 * @throws {RuntimeError} `PORT_IN_USE` when the port, or every port that is tried by default, is in use.
 * `INVALID_CONFIG` when the files of the console are missing.
 */
export async function startConsole(target: ConsoleTarget, options: ConsoleOptions = {}): Promise<ConsoleServer> {
  const { host = DEFAULT_HOST, port, readOnly = false, log = silentLog } = options
  const token = randomBytes(18).toString('base64url')
  const links = new Set<ConsoleLink>()
  const origins = options.origins ?? { allowedOrigins: [], allowedHosts: [] }
  const settings = {
    host,
    handshakeTimeoutMs: HANDSHAKE_MS,
    screen: screenOf({ host, origins, servesPages: true }, { log, counters: createCounters() }),
    serve: pages(target, token),
  }
  const listener = await listenOn(port, (one) =>
    listen({ ...settings, port: one }, (request) => {
      const refusal = refusalOf(request, token)
      if (refusal !== undefined) request.refuse(403, refusal)
      else if (links.size >= MAX_LINKS) request.refuse(503, 'Too many pages of this console are open')
      else openLink({ target, readOnly, links }, request)
    }),
  )
  return {
    url: `http://${reachableHost(host)}:${String(listener.port)}/#token=${token}`,
    close: async () => {
      for (const link of links) link.close()
      await listener.close()
    },
  }
}

type Serve = ReturnType<typeof staticFiles>

/** Serves the files of the console, and the OpenAPI document. */
function pages(target: ConsoleTarget, token: string): Serve {
  const files = staticFiles()
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://console')
    const { local, schemas } = target
    const read = local === undefined ? schemas : () => schemasOfEngine(local)
    if (pathname !== OPENAPI_PATH || request.method !== 'GET' || read === undefined) {
      files(request, response)
      return
    }
    // Routes of an engine in this process are open to this machine; those of another are read with someone's access.
    if (local === undefined && !isToken(searchParams.get('token'), token)) {
      answerJson(response, 403, { error: { code: ErrorCode.FORBIDDEN, message: 'The token is missing or wrong' } })
      return
    }
    void openApi(read, local?.httpUrl).then(
      (document) => answerJson(response, 200, document),
      (error: unknown) => answerJson(response, 502, { error: toErrorBody(error) }),
    )
  }
}

/** Loaded when first used. */
async function schemasOfEngine(engine: InvokingEngine): Promise<EngineSchemas> {
  const { schemasOfLocal } = await import('../generate/read-schemas.js')
  return schemasOfLocal(engine)
}

async function openApi(read: () => Promise<EngineSchemas>, serverUrl: string | undefined): Promise<object> {
  const { openApiDocument } = await import('../generate/openapi.js')
  return openApiDocument(await read(), { title: undefined, serverUrl })
}

type Link = { readonly target: ConsoleTarget; readonly readOnly: boolean; readonly links: Set<ConsoleLink> }

function openLink({ target, readOnly, links }: Link, request: UpgradeRequest): void {
  request.accept((browser) => {
    const link = new ConsoleLink({ target, readOnly, browser, onClosed: () => links.delete(link) })
    links.add(link)
    return link.events
  })
}

/** Why an upgrade is refused. A browser always sends `Origin`, and only pages of this console may connect. */
function refusalOf({ path, query, headers }: UpgradeRequest, token: string): string | undefined {
  const { origin, host } = headers
  if (path !== ENGINE_PATH) return 'There is nothing at this path'
  if (origin !== undefined && origin !== `http://${host ?? ''}`) return 'The page belongs to another origin'
  return isToken(new URLSearchParams(query).get('token'), token) ? undefined : 'The token is missing or wrong'
}

function isToken(given: string | null, token: string): boolean {
  return timingSafeEqual(digest(given ?? ''), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Listens on a port, or on the first free one from the default port. */
async function listenOn<T>(port: number | undefined, open: (port: number) => Promise<T>): Promise<T> {
  if (port !== undefined) return open(port)
  for (let tried = 0; ; tried++) {
    try {
      return await open(DEFAULT_PORT + tried)
    } catch (error) {
      const isTaken = error instanceof RuntimeError && error.code === ErrorCode.PORT_IN_USE
      if (!isTaken || tried + 1 === PORTS_TRIED) throw error
    }
  }
}
