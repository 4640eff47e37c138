/**
 * A built-in alone with the engine faked: the test calls its functions and binds its triggers. `startHttp` and `startStream`
 * open the two that serve a port.
 */
import { onTestFinished } from 'vitest'
import type { Binding, Builtin, CallContext } from '../../src/engine/builtins/builtin.js'
import { createHttpBuiltin, type HttpBuiltin } from '../../src/engine/builtins/http/http-builtin.js'
import { parseHttpConfig } from '../../src/engine/builtins/http/http-config.js'
import { ChannelHost } from './fake-channels.js'
import { httpCall, type HttpAnswer, type HttpCall } from './http-client.js'
import { createStreamBuiltin, type StreamBuiltin } from '../../src/engine/builtins/stream/stream-builtin.js'
import { parseStreamConfig } from '../../src/engine/builtins/stream/stream-config.js'
import { FakeHost } from './fake-host.js'
import { StreamSocket } from './stream-client.js'
import { parsed } from '../../src/wire/protocol/json-text.js'

const noContext: CallContext = {
  callerWorkerId: undefined,
  access: undefined,
  metadata: undefined,
  traceparent: undefined,
  baggage: undefined,
}

/** Calls one of a built-in's functions as a worker would. */
export async function callBuiltin(
  builtin: Builtin,
  functionId: string,
  input: unknown,
  context: Partial<CallContext> = {},
): Promise<unknown> {
  const target = builtin.functions.find(({ id }) => id === functionId)
  if (target === undefined) throw new Error(`${builtin.name} has no function ${functionId}`)
  return parsed(await target.call(input, { ...noContext, ...context }))
}

/** A binding with the members a test does not care about filled in. */
export function bindingOf(members: Partial<Binding> & Pick<Binding, 'triggerType' | 'functionId' | 'config'>): Binding {
  return { id: 't-1', namespace: 'default', metadata: undefined, ...members }
}

/** Binds a trigger at the built-in that provides its type. */
export async function bindTo(builtin: Builtin, binding: Binding): Promise<void> {
  await typeOf(builtin, binding).bind(binding)
}

/** Removes a binding from the built-in that provides its type. */
export function unbindFrom(builtin: Builtin, binding: Binding): void {
  typeOf(builtin, binding).unbind(binding)
}

function typeOf(builtin: Builtin, binding: Binding) {
  const type = builtin.triggerTypes.find(({ id }) => id === binding.triggerType)
  if (type === undefined) throw new Error(`${builtin.name} has no trigger type ${binding.triggerType}`)
  return type
}

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
export interface StreamRig {
  readonly host: FakeHost
  readonly builtin: StreamBuiltin
  readonly call: (name: string, input: unknown, context?: object) => Promise<unknown>
  readonly bind: (id: string, triggerType: string, functionId: string, members?: Partial<Binding>) => Promise<void>
  /** Connects a client; `path` may hold a query. */
  readonly connect: (path?: string, headers?: Record<string, string>) => Promise<StreamSocket>
}

export async function startStream(config: object = {}, local: object = {}): Promise<StreamRig> {
  const host = new FakeHost()
  const builtin = createStreamBuiltin(host, parseStreamConfig({ host: '127.0.0.1', port: 0, ...config }, local))
  await builtin.start()
  onTestFinished(() => builtin.stop())
  return {
    host,
    builtin,
    call: (name, input, context = {}) => callBuiltin(builtin, `stream::${name}`, input, context),
    bind: (id, triggerType, functionId, members = {}) =>
      bindTo(builtin, bindingOf({ id, triggerType, functionId, config: null, ...members })),
    connect: (path = '/', headers = {}) => StreamSocket.open(`${builtin.url ?? ''}${path}`, headers),
  }
}
