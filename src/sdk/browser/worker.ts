/** The client of a web page: the methods of a worker in Node that make sense there, under the same names. */
import type { ConnectionPorts } from '../connection/connection.js'
import type { IIIConnectionState } from '../connection/state.js'
import { createRefs } from '../channel/create-refs.js'
import { RegistrationRejectedError } from '../../errors.js'
import type { Unsubscribe } from '../../std/async/emitter.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { contractClient, withContracts, type ContractTrigger } from '../worker/calls/contract-call.js'
import { checkFunction, checkRecord } from '../worker/check.js'
import type { III } from '../worker/client.js'
import type { FunctionContract } from '../worker/functions/contract.js'
import type { SchemaOptions } from '../worker/functions/function-schemas.js'
import type { AnyHandler, OwnedFunctionRef, RegisterFunctionOptions } from '../worker/functions/functions.js'
import type { RegisterFunction } from '../worker/functions/register-function.js'
import { ready, type ReadyOptions } from '../worker/lifecycle/ready.js'
import type { AliasedTriggerInput, OwnedTrigger, RegisterTriggerInput } from '../worker/triggers/triggers.js'
import { ChannelReader, ChannelWriter, type Channel } from './channels.js'
import { BrowserCore } from './core.js'
import type { ResolvedOptions } from './options.js'

/** A worker in a web page. Its members are those of a worker in Node. */
export interface BrowserWorker extends Pick<
  III,
  | 'registerFunction'
  | 'registerTrigger'
  | 'trigger'
  | 'client'
  | 'ready'
  | 'connect'
  | 'shutdown'
  | 'onConnectionStateChange'
  | 'getConnectionState'
  | 'getAddress'
  | 'getFatalError'
  | 'workerId'
  | 'namespace'
> {
  /** Byte and message streams between workers, with web streams. */
  readonly channels: {
    /** Creates a channel. @param bufferSize messages that the engine buffers for a slow reader, from 1 to 1024. Default 64. */
    create(bufferSize?: number): Promise<Channel>
  }
}

export class PageWorker implements BrowserWorker {
  readonly #core: BrowserCore
  readonly trigger: ContractTrigger

  constructor(options: ResolvedOptions, ports: ConnectionPorts) {
    const core = new BrowserCore(options, ports)
    this.#core = core
    this.trigger = withContracts(core.trigger)
    if (options.autoConnect) this.connect()
  }

  get workerId(): string | undefined {
    return this.#core.link.session?.workerId
  }

  get namespace(): string | undefined {
    return this.#core.options.namespace
  }

  readonly channels = {
    create: async (bufferSize?: number): Promise<Channel> => {
      const { link, channelPorts, ownTrigger } = this.#core
      const { address } = link.connection
      const refs = await createRefs((function_id, payload) => ownTrigger({ function_id, payload }), bufferSize)
      const writer = new ChannelWriter(address, refs.writerRef, channelPorts)
      return { ...refs, writer, reader: new ChannelReader(address, refs.readerRef, channelPorts) }
    },
  }

  readonly registerFunction: RegisterFunction = (
    first: string | FunctionContract,
    handler: AnyHandler,
    options?: RegisterFunctionOptions & SchemaOptions,
  ): OwnedFunctionRef => {
    checkRecord('options', options ?? {})
    const input = isRecord(first) ? { ...first, ...options } : { ...options, id: first }
    return this.#core.functions.register(input, handler)
  }

  readonly registerTrigger = (trigger: RegisterTriggerInput | AliasedTriggerInput): OwnedTrigger =>
    this.#core.triggers.register(trigger)

  readonly client: III['client'] = (contracts) => contractClient(this.trigger, contracts)

  readonly ready = (options?: ReadyOptions): Promise<void> => ready(this.#core, options)

  readonly connect = (): void => this.#core.link.connection.connect()

  readonly shutdown = (): Promise<void> => this.#core.end()

  readonly onConnectionStateChange = (callback: (state: IIIConnectionState) => void): Unsubscribe => {
    checkFunction('callback', callback)
    return this.#core.link.states.on(callback)
  }

  readonly getConnectionState = (): IIIConnectionState => this.#core.link.connection.state

  readonly getAddress = (): string => this.#core.link.connection.address

  readonly getFatalError = (): RegistrationRejectedError | undefined => {
    const { failure } = this.#core.link.connection
    return failure instanceof RegistrationRejectedError ? failure : undefined
  }
}
