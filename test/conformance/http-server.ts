/**
 * The runner's own HTTP server, the far end of HTTP-backed functions: answers by path as told and keeps every request
 * until a step looks at it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RouteAnswer } from './scenario.js'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, unknown>>
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown
}

export class HttpServer {
  readonly url: string
  readonly #server
  readonly #routes = new Map<string, RouteAnswer>()
  readonly #seen: SeenRequest[] = []
  readonly #waiting = new Set<() => void>()

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => void this.#serve(request, response))
  }

  static async start(): Promise<HttpServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new HttpServer(server)
  }

  answer(path: string, answer: RouteAnswer): void {
    this.#routes.set(path, answer)
  }

  /** Takes the oldest request, of one path if given; `undefined` when none comes in time. */
  async take(path: string | undefined, limitMs: number): Promise<SeenRequest | undefined> {
    const end = Date.now() + limitMs
    for (;;) {
      const index = this.#seen.findIndex((request) => path === undefined || request.path === path)
      if (index >= 0) return this.#seen.splice(index, 1)[0]
      const leftMs = end - Date.now()
      if (leftMs <= 0) return undefined
      await this.#nextRequest(leftMs)
    }
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #nextRequest(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(finish)
        resolve()
      }
      const timer = setTimeout(finish, limitMs)
      this.#waiting.add(finish)
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const [path = '/', query = ''] = (request.url ?? '/').split('?')
    const body = jsonOrText(Buffer.concat(chunks).toString('utf8'))
    this.#seen.push({ method: request.method ?? '', path, query, headers: { ...request.headers }, body })
    for (const wake of [...this.#waiting]) wake()
    const answer = this.#routes.get(path) ?? { status: 404, text: 'no such route' }
    setTimeout(() => reply(response, answer), answer.delay ?? 0)
  }
}

function reply(response: ServerResponse, { status = 200, json, text = '', headers = {} }: RouteAnswer): void {
  if (json === undefined) response.writeHead(status, headers).end(text)
  else response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json))
}

export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
