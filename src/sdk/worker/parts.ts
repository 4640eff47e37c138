/**
 * The parts of one worker as they see each other. Only a list: the core makes the parts, and nobody else holds them.
 */
import type { ChannelHost } from '../channel/create.js'
import type { ChannelEnds } from '../channel/ports.js'
import type { Connection, ConnectionPorts } from '../connection/connection.js'
import type { IIIConnectionState } from '../connection/state.js'
import type { ErrorBody, RegistrationRejectedError, WebSocketError } from '../../errors.js'
import type { Calls } from '../rpc/calls.js'
import type { ServedInvocations } from '../rpc/served.js'
import type { Unconfirmed } from '../rpc/unconfirmed.js'
import type { Emitter } from '../../std/async/emitter.js'
import type { Admission } from './invocations/admission.js'
import type { Greeting, Introduction } from './lifecycle/announce.js'
import type { Barrier } from './lifecycle/barrier.js'
import type { TriggerFunction } from './calls/call.js'
import type { Conflicts } from './lifecycle/conflicts.js'
import type { WorkerCounters } from './stats.js'
import type { Report } from './diagnostics.js'
import type { Functions } from './functions/functions.js'
import type { Server } from './invocations/invoke.js'
import type { WorkerOptions } from './options.js'
import type { HandlerWatch } from './invocations/handler-watch.js'
import type { NameHolder } from './lifecycle/name-holder.js'
import type { OwnTelemetry } from './own-telemetry.js'
import type { Repeats } from './invocations/repeats.js'
import type { Results } from './invocations/results.js'
import type { Services } from './functions/services.js'
import type { TopicRepair } from './triggers/topic-repair.js'
import type { TriggerTypes } from './triggers/trigger-types.js'
import type { Triggers } from './triggers/triggers.js'
import type { UrlFunctions } from './functions/url-functions.js'
import type { WorkerNews } from './discovery/worker-news.js'
import type { Needs } from './lifecycle/workarounds.js'

export interface Parts {
  readonly options: WorkerOptions
  readonly ports: ConnectionPorts
  readonly report: Report
  readonly connection: Connection
  readonly calls: Calls
  readonly served: ServedInvocations
  readonly admission: Admission
  readonly watch: HandlerWatch
  readonly functions: Functions
  readonly triggers: Triggers
  readonly triggerTypes: TriggerTypes
  readonly services: Services
  readonly results: Results
  readonly barrier: Barrier
  readonly counters: WorkerCounters
  /** Fire-and-forget calls written to the present link. */
  readonly unconfirmedVoids: Unconfirmed
  /** Answers written to the present link. */
  readonly unconfirmedResults: Unconfirmed
  /** Ends of channels with a socket. */
  readonly channelEnds: ChannelEnds
  /** Absent when a conflict is not waited out. */
  readonly conflicts: Conflicts | undefined
  /** Absent when a conflict is waited out. */
  readonly nameHolder: NameHolder | undefined
  readonly introduction: Introduction
  readonly news: WorkerNews
  readonly topicRepair: TopicRepair
  readonly repeats: Repeats
  readonly urlFunctions: UrlFunctions
  /** What the engine on this link needs, or on the last one. */
  needs: Needs
  readonly states: Emitter<IIIConnectionState>
  readonly refusals: Emitter<ErrorBody>
  /** Tells that the client has ended, in whatever way; a client that never connected changes no state by that. */
  readonly endings: Emitter<void>
  readonly server: Server
  readonly channelHost: ChannelHost
  readonly telemetry: OwnTelemetry
  readonly trigger: TriggerFunction
  readonly isConnected: boolean
  readonly isDraining: boolean
  /** Number of the link in use, or of the last one; grows with each. */
  link: number
  /** Why the engine denied the session on the present link, or on the last one. */
  denial: WebSocketError | undefined
  /** What the engine called us on the present link, or on the last one. */
  greeting: Greeting | undefined
  /** The same for the link before that one. */
  previous: Greeting | undefined
  currentHeaders: Readonly<Record<string, string>>
  /** Ends the client because the engine refused it for good. */
  reject(error: RegistrationRejectedError): void
  /** Settles and drops everything that waited for a link that will not come. */
  failPending(): void
}
