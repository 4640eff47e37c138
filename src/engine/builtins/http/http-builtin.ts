/** The `http` trigger type: functions answer HTTP requests. Turns bindings into routes and runs the server. */
import type { BuiltinTriggerType, EngineHost, LiveBuiltin } from '../builtin.js'
import { reachableHost } from '../../config/listener-config.js'
import { checkOrigins } from './cors.js'
import type { HttpConfig } from './http-config.js'
import { HttpServer } from './http-server.js'
import { parseRoute, request, response, routeConfig } from './route.js'
import { isReachable, RouteTable, titleOf } from './routes.js'
import { triggerType } from '../../declare/function.js'

/** The `iii-http` built-in. */
export interface HttpBuiltin extends LiveBuiltin<HttpConfig> {
  /** The bound port; the configured one until `start()` has resolved. */
  readonly port: number
  /** Address of the server, without a trailing slash; `undefined` if no ports are opened. */
  readonly url: string | undefined
}

/** Creates the built-in; `start()` opens its port and rejects with `PORT_IN_USE` if the port is in use. */
export function createHttpBuiltin(host: EngineHost, config: HttpConfig): HttpBuiltin {
  const routes = new RouteTable()
  const server = new HttpServer(host, config, routes)
  return {
    name: 'iii-http',
    description: 'Runs functions for HTTP requests',
    functions: [],
    triggerTypes: [routeType(host, routes)],
    namedFunctions: config.middleware,
    waiting: () => ({ requests: server.waitingRequests }),
    get port() {
      return server.port
    },
    get url() {
      return host.opensPorts ? `http://${reachableHost(config.host)}:${String(server.port)}` : undefined
    },
    reconfigure: (settings) => {
      checkOrigins(settings.cors, config.cors)
      server.reconfigure(settings)
    },
    inject: (request) => server.inject(request),
    start: () => (host.opensPorts ? server.start() : Promise.resolve()),
    stop: () => server.stop(),
  }
}

function routeType(host: EngineHost, routes: RouteTable): BuiltinTriggerType {
  return triggerType({
    id: 'http',
    description: 'Calls a function for each HTTP request to a path and responds with its result',
    config: routeConfig,
    request,
    response,
    bind(binding, settings) {
      const route = parseRoute(binding, settings)
      for (const lost of routes.add(route)) host.replaced(lost.binding, binding, `Route '${titleOf(lost)}'`)
      if (isReachable(route)) return
      const { method, path } = route
      host.log.warn({ triggerId: binding.id, method, path }, 'No request can reach this HTTP route')
    },
    unbind: (binding) => routes.remove(binding.id),
  })
}
