/**
 * The HTTP built-in on a free port with a fake host. Stops with its test.
 */
import { onTestFinished } from 'vitest'
import type { Binding } from '../../src/engine/builtins/builtin.js'
import { createHttpBuiltin, type HttpBuiltin } from '../../src/engine/builtins/http/http-builtin.js'
import { parseHttpConfig } from '../../src/engine/builtins/http/http-config.js'
import { ChannelHost } from './fake-channels.js'
import { bindingOf, bindTo } from './fake-host.js'
import { httpCall, type HttpAnswer, type HttpCall } from './http-client.js'

export interface HttpRig {
  readonly host: ChannelHost
  readonly builtin: HttpBuiltin
  readonly port: number
  /** Binds a route for a function; `config` is the trigger's. */
  readonly route: (functionId: string, config: object, members?: Partial<Binding>) => Promise<Binding>
  /** Sends a request to the built-in. */
  readonly call: (call: Omit<HttpCall, 'port'>) => Promise<HttpAnswer>
}

export async function startHttp(config: object = {}): Promise<HttpRig> {
  const host = new ChannelHost()
  const builtin = createHttpBuiltin(host, parseHttpConfig({ port: 0, host: '127.0.0.1', ...config }))
  await builtin.start()
  onTestFinished(() => builtin.stop())
  let triggers = 0
  return {
    host,
    builtin,
    port: builtin.port,
    async route(functionId, routeConfig, members = {}) {
      triggers += 1
      const id = `t-${String(triggers)}`
      const binding = bindingOf({ id, triggerType: 'http', functionId, config: routeConfig, ...members })
      await bindTo(builtin, binding)
      return binding
    },
    call: (call) => httpCall({ port: builtin.port, ...call }),
  }
}

/** A handler the test answers by hand, and a promise of the payload it is called with. */
export function heldHandler(host: ChannelHost, functionId: string) {
  let answer!: (result: unknown) => void
  let fail!: (error: unknown) => void
  let called!: (payload: unknown) => void
  const payload = new Promise<unknown>((resolve) => {
    called = resolve
  })
  const result = new Promise<unknown>((resolve, reject) => {
    answer = resolve
    fail = reject
  })
  host.serve(functionId, (data) => {
    called(data)
    return result
  })
  return { payload, answer, fail }
}
