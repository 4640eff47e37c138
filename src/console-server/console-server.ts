/**
 * Serves the console: its static files, and a WebSocket that leads to an engine; beside them probes, metrics, the OpenAPI
 * document and tools for programs. The WebSocket and the tools require the token of this server; all else contains nothing
 * secret. Listens on loopback by default.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { screenOf, type OriginRules } from '../engine/access/origins.js'
import { createCounters } from '../engine/counters.js'
import { reachableHost } from '../engine/config/listener-config.js'
import { ErrorCode, RuntimeError } from '../errors.js'
import { silentLog, type Log } from '../std/log.js'
import { listen, type UpgradeRequest } from '../wire/transport/ws-accept.js'
import { ConsoleLink, type ConsoleTarget } from './console-link.js'
import { withOpenApi } from './open-api.js'
import { probes } from './probes.js'
import { staticFiles, type Serve } from './static-files.js'

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
  /** Answers requests at `/mcp` that have the token. Without it there is nothing at this path. */
  readonly mcp?: Serve | undefined
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
const MCP_PATH = '/mcp'

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
  const { local } = target
  const probed = probes(
    local && (() => local.stats()),
    withOpenApi(target, (given) => isToken(given, token), staticFiles()),
  )
  const settings = {
    host,
    handshakeTimeoutMs: HANDSHAKE_MS,
    screen: screenOf({ host, origins, servesPages: true }, { log, counters: createCounters() }),
    serve: withMcp(options.mcp, token, probed.serve),
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
      probed.close()
      for (const link of links) link.close()
      await listener.close()
    },
  }
}

type Link = { readonly target: ConsoleTarget; readonly readOnly: boolean; readonly links: Set<ConsoleLink> }

function openLink({ target, readOnly, links }: Link, request: UpgradeRequest): void {
  request.accept((browser) => {
    const link = new ConsoleLink({ target, readOnly, browser, onClosed: () => links.delete(link) })
    links.add(link)
    return link.events
  })
}

/** The files, and beside them `/mcp` for programs that send the token in a header. */
function withMcp(mcp: Serve | undefined, token: string, files: Serve): Serve {
  if (mcp === undefined) return files
  return (request, response) => {
    if (request.url?.replace(/\?.*$/s, '') !== MCP_PATH) {
      files(request, response)
      return
    }
    const { authorization = '', origin, host } = request.headers
    const refusal = untrusted({ origin, host, token: authorization.replace(/^Bearer /i, '') }, token)
    if (refusal === undefined) mcp(request, response)
    else response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(refusal)
  }
}

/** Why an upgrade is refused. */
function refusalOf({ path, query, headers }: UpgradeRequest, token: string): string | undefined {
  if (path !== ENGINE_PATH) return 'There is nothing at this path'
  const { origin, host } = headers
  return untrusted({ origin, host, token: new URLSearchParams(query).get('token') ?? '' }, token)
}

interface UpgradeOrigin {
  readonly origin: string | undefined
  readonly host: string | undefined
  readonly token: string
}

/** A browser always sends `Origin`, and only pages of this console may connect. */
function untrusted({ origin, host, token: given }: UpgradeOrigin, token: string): string | undefined {
  if (origin !== undefined && origin !== `http://${host ?? ''}`) return 'The page belongs to another origin'
  return isToken(given, token) ? undefined : 'The token is missing or wrong'
}

function isToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token))
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
