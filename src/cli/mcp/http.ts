/** Serves the tools at `/mcp` of the console. Its connection to the engine is opened by the first request. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { III } from '../../sdk/worker/client.js'
import { resolveOptions } from '../../sdk/worker/options/options.js'
import { Worker } from '../../sdk/worker/worker.js'
import { systemRandom } from '../../std/random.js'
import { systemClock } from '../../std/time/clock.js'
import { commandWorkerName } from '../../wire/protocol/names.js'
import type { Dial } from '../../wire/transport/transport.js'
import { CommandError } from '../command.js'
import { remoteOf } from '../commands/ask/connection.js'
import { answerHttp } from './server.js'

export interface McpTarget {
  readonly url: string
  readonly dial: Dial
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly allowsWrites: boolean
}

/** Node finds a package that was installed meanwhile only after a restart. */
function reasonOf(error: unknown): string {
  return error instanceof CommandError ? `${error.message}; then start the console again` : String(error)
}

export class McpOverHttp {
  readonly #target: McpTarget
  #worker: III | undefined

  constructor(target: McpTarget) {
    this.#target = target
  }

  /** Answers a request; a failure of this server itself is status 501 with its reason. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#worker ??= this.#connect()
    const options = { remote: remoteOf(this.#worker, undefined), allowsWrites: this.#target.allowsWrites }
    answerHttp(options, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else response.writeHead(501, { 'content-type': 'text/plain; charset=utf-8' }).end(`/mcp: ${reasonOf(error)}`)
    })
  }

  async close(): Promise<void> {
    await this.#worker?.shutdown()
  }

  #connect(): III {
    const { url, dial, headers } = this.#target
    const options = resolveOptions(url, {
      // One process may serve several consoles.
      workerName: commandWorkerName('mcp', randomBytes(4).toString('hex')),
      diagnostics: 'silent',
      enableMetricsReporting: false,
      otel: { enabled: false },
      ...(headers !== undefined && { headers: { ...headers } }),
    })
    return new Worker(options, { dial, clock: systemClock, random: systemRandom })
  }
}
