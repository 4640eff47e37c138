/** Answers the probes of an orchestrator and the scrapes of a metrics collector on the port of the console. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EngineStats } from '../engine/engine-stats.js'
import type { MetricSet } from '../std/metrics/metric-set.js'
import type { Serve } from './static-files.js'

export interface Probes {
  readonly serve: Serve
  /** Stops measuring. */
  close(): void
}

/** @param stats absent for an engine in another process. @param next answers all other requests. */
export function probes(stats: (() => EngineStats) | undefined, next: Serve): Probes {
  let measured: Promise<MetricSet> | undefined
  let isClosed = false
  // The serializer is loaded by the first scrape.
  const metrics = async (read: () => EngineStats): Promise<MetricSet> => {
    measured ??= import('./engine-metrics.js').then(({ engineMetrics }) => engineMetrics(read))
    const set = await measured
    if (isClosed) set.close()
    return set
  }
  const scrape = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (stats === undefined) {
      send(response, 404, { error: 'Metrics are those of an engine in this process. Ask the engine itself.' })
      return
    }
    const { contentType, text } = await (await metrics(stats)).scrape(request.headers.accept)
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text)
  }
  return {
    serve: (request, response) => {
      const path = (request.url ?? '').split('?')[0]
      const isRead = request.method === 'GET' || request.method === 'HEAD'
      if (isRead && path === '/healthz') send(response, 200, { status: 'ok' })
      // A browser that opens the address gets the page of the console.
      else if (isRead && path === '/metrics' && request.headers.accept?.includes('text/html') !== true)
        scrape(request, response).catch((error: unknown) => void response.destroy(error as Error))
      else next(request, response)
    },
    close: () => {
      isClosed = true
      void measured?.then((set) => set.close())
    },
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}
