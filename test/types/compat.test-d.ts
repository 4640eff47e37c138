/**
 * Ours against theirs, type by type: what users receive from us fits their annotations of the official types, and what
 * they wrote for the official types fits us. A test in test/compat holds this file to naming every type they export.
 */
import { describe, expectTypeOf, test } from 'vitest'
import type * as http from '@iii-dev/helpers/http'
import type * as queue from '@iii-dev/helpers/queue'
import type * as streams from '@iii-dev/helpers/stream'
import type * as hooks from '@iii-dev/helpers/worker-connection-manager'
import type * as root from 'iii-sdk'
import type * as channel from 'iii-sdk/channel'
import type * as engine from 'iii-sdk/engine'
import type * as errors from 'iii-sdk/errors'
import type * as helpers from 'iii-sdk/helpers'
import type * as internal from 'iii-sdk/internal'
import type * as protocol from 'iii-sdk/protocol'
import type * as runtime from 'iii-sdk/runtime'
import type * as state from 'iii-sdk/state'
import type * as stream from 'iii-sdk/stream'
import type * as trigger from 'iii-sdk/trigger'
import type * as ourRoot from 'iii-node'
import type * as ourChannel from 'iii-node/channel'
import type * as ourEngine from 'iii-node/engine'
import type * as ourErrors from 'iii-node/errors'
import type * as ourHelpers from 'iii-node/helpers'
import type * as ourHttp from 'iii-node/helpers/http'
import type * as ourQueue from 'iii-node/helpers/queue'
import type * as ourStreams from 'iii-node/helpers/stream'
import type * as ourHooks from 'iii-node/helpers/worker-connection-manager'
import type * as ourInternal from 'iii-node/internal'
import type * as ourProtocol from 'iii-node/protocol'
import type * as ourRuntime from 'iii-node/runtime'
import type * as ourState from 'iii-node/state'
import type * as ourStream from 'iii-node/stream'
import type * as ourTrigger from 'iii-node/trigger'

type Item = { text: string }

/**
 * The public side of a type. Classes with private members and enums are nominal, so those of two packages are never
 * assignable to each other; their public members can be compared.
 */
type Public<T> = T extends string
  ? `${T}`
  : T extends (...args: never[]) => unknown
    ? T
    : T extends root.StreamResponse['stream']
      ? T
      : T extends object
        ? { [K in keyof T]: Public<T[K]> }
        : T

describe('types that users receive are assignable to the official type', () => {
  test('root', () => {
    expectTypeOf<ourRoot.III>().toExtend<root.IIIClient>()
    expectTypeOf<ourRoot.EnqueueResult>().toExtend<root.EnqueueResult>()
    expectTypeOf<ourRoot.InvocationError>().toExtend<root.InvocationError>()
    expectTypeOf<ourRoot.JsonValue>().toExtend<root.JsonValue>()
    expectTypeOf<ourRoot.MiddlewareFunctionInput>().toExtend<root.MiddlewareFunctionInput>()
    expectTypeOf<Public<ourRoot.StreamRequest<Item>>>().toExtend<Public<root.StreamRequest<Item>>>()
    expectTypeOf<ourRoot.StreamResponse>().toExtend<root.StreamResponse>()
    expectTypeOf<typeof ourRoot.registerWorker>().toExtend<typeof root.registerWorker>()
    expectTypeOf<typeof ourRoot.TriggerAction>().toExtend<typeof root.TriggerAction>()
    expectTypeOf<typeof ourRoot.InvocationError>().toExtend<typeof root.InvocationError>()
  })

  test('channels and helpers', () => {
    expectTypeOf<Public<ourChannel.Channel>>().toExtend<Public<channel.Channel>>()
    expectTypeOf<Public<ourChannel.ChannelReader>>().toExtend<Public<channel.ChannelReader>>()
    expectTypeOf<Public<ourChannel.ChannelWriter>>().toExtend<Public<channel.ChannelWriter>>()
    expectTypeOf<ourChannel.StreamChannelRef>().toEqualTypeOf<channel.StreamChannelRef>()
    expectTypeOf<ConstructorParameters<typeof channel.ChannelReader>>().toExtend<
      ConstructorParameters<typeof ourChannel.ChannelReader>
    >()
    expectTypeOf<ConstructorParameters<typeof channel.ChannelWriter>>().toExtend<
      ConstructorParameters<typeof ourChannel.ChannelWriter>
    >()
    expectTypeOf<ourHelpers.ChannelDirection>().toEqualTypeOf<helpers.ChannelDirection>()
    expectTypeOf<ourHelpers.ChannelItem>().toEqualTypeOf<helpers.ChannelItem>()
    expectTypeOf<typeof ourHelpers.ChannelDirection>().toExtend<typeof helpers.ChannelDirection>()
    expectTypeOf<typeof ourHelpers.ChannelItem>().toExtend<typeof helpers.ChannelItem>()
    expectTypeOf<typeof ourHelpers.isChannelRef>().toExtend<typeof helpers.isChannelRef>()
    expectTypeOf<typeof ourHelpers.extractChannelRefs>().toExtend<typeof helpers.extractChannelRefs>()
    expectTypeOf<typeof ourHelpers.createStream<Item>>().toExtend<typeof helpers.createStream<Item>>()
    expectTypeOf<Parameters<typeof helpers.createChannel>>().toExtend<Parameters<typeof ourHelpers.createChannel>>()
    expectTypeOf<Public<Awaited<ReturnType<typeof ourHelpers.createChannel>>>>().toExtend<
      Public<Awaited<ReturnType<typeof helpers.createChannel>>>
    >()
  })

  test('triggers, references and errors', () => {
    expectTypeOf<ourTrigger.Trigger>().toExtend<trigger.Trigger>()
    expectTypeOf<ourTrigger.TriggerConfig<Item>>().toExtend<trigger.TriggerConfig<Item>>()
    expectTypeOf<ourRuntime.FunctionRef>().toExtend<runtime.FunctionRef>()
    expectTypeOf<ourRuntime.TriggerTypeRef<Item>>().toExtend<runtime.TriggerTypeRef<Item>>()
    expectTypeOf<ourRuntime.IIIConnectionState>().toEqualTypeOf<runtime.IIIConnectionState>()
    expectTypeOf<ourErrors.InvocationError>().toExtend<errors.InvocationError>()
    expectTypeOf<typeof ourErrors.isErrorBody>().toExtend<typeof errors.isErrorBody>()
    expectTypeOf<typeof ourEngine.EngineFunctions>().toExtend<typeof engine.EngineFunctions>()
    expectTypeOf<typeof ourEngine.EngineTriggers>().toExtend<typeof engine.EngineTriggers>()
    expectTypeOf<ourProtocol.ErrorBody>().toEqualTypeOf<protocol.ErrorBody>()
    expectTypeOf<`${protocol.MessageType}`>().toExtend<`${ourProtocol.MessageType}`>()
    expectTypeOf<typeof protocol.MessageType>().toHaveProperty('RegisterFunction')
  })

  test('http, queue, state and streams', () => {
    expectTypeOf<Public<ourInternal.InternalHttpRequest<Item>>>().toExtend<Public<internal.InternalHttpRequest<Item>>>()
    expectTypeOf<ourHttp.HttpRequest<Item>>().toExtend<http.HttpRequest<Item>>()
    expectTypeOf<typeof ourHttp.http>().toExtend<typeof http.http>()
    expectTypeOf<ourQueue.EnqueueResult>().toEqualTypeOf<queue.EnqueueResult>()
    expectTypeOf<ourState.IState>().toExtend<state.IState>()
    expectTypeOf<`${ourState.StateEventType}`>().toEqualTypeOf<`${state.StateEventType}`>()
    expectTypeOf<Public<ourState.StateEventData<Item>>>().toExtend<Public<state.StateEventData<Item>>>()
    expectTypeOf<ourState.StateSetResult<Item>>().toEqualTypeOf<state.StateSetResult<Item>>()
    expectTypeOf<ourState.StateUpdateResult<Item>>().toEqualTypeOf<state.StateUpdateResult<Item>>()
    expectTypeOf<ourState.StateDeleteResult>().toEqualTypeOf<state.StateDeleteResult>()
    expectTypeOf<ourStream.IStream<Item>>().toExtend<stream.IStream<Item>>()
    expectTypeOf<ourStreams.StreamSetResult<Item>>().toEqualTypeOf<streams.StreamSetResult<Item>>()
    expectTypeOf<ourStreams.StreamUpdateResult<Item>>().toEqualTypeOf<streams.StreamUpdateResult<Item>>()
    expectTypeOf<ourStreams.StreamDeleteResult>().toEqualTypeOf<streams.StreamDeleteResult>()
    expectTypeOf<ourStreams.StreamAuthInput>().toExtend<streams.StreamAuthInput>()
    expectTypeOf<ourStreams.StreamContext>().toEqualTypeOf<streams.StreamContext>()
    expectTypeOf<ourStreams.StreamJoinLeaveEvent>().toExtend<streams.StreamJoinLeaveEvent>()
    expectTypeOf<ourStreams.StreamChangeEvent>().toExtend<streams.StreamChangeEvent>()
    expectTypeOf<ourStreams.StreamChangeEventDetail>().toExtend<streams.StreamChangeEventDetail>()
    expectTypeOf<ourStreams.UpdateOpError>().toEqualTypeOf<streams.UpdateOpError>()
  })

  test('registration hooks', () => {
    expectTypeOf<ourHooks.AuthInput>().toExtend<hooks.AuthInput>()
    expectTypeOf<ourHooks.OnFunctionRegistrationInput>().toExtend<hooks.OnFunctionRegistrationInput>()
    expectTypeOf<ourHooks.OnTriggerRegistrationInput>().toExtend<hooks.OnTriggerRegistrationInput>()
    expectTypeOf<ourHooks.OnTriggerTypeRegistrationInput>().toExtend<hooks.OnTriggerTypeRegistrationInput>()
  })
})

describe('values built for the official type are accepted by this package', () => {
  test('clients, options and requests', () => {
    expectTypeOf<root.IIIClient>().toExtend<ourRoot.IIIClient>()
    expectTypeOf<root.InitOptions>().toExtend<ourRoot.InitOptions>()
    expectTypeOf<root.TelemetryOptions>().toEqualTypeOf<ourRoot.TelemetryOptions>()
    expectTypeOf<root.InvocationErrorInit>().toEqualTypeOf<ourRoot.InvocationErrorInit>()
    expectTypeOf<errors.InvocationErrorInit>().toExtend<ourErrors.InvocationErrorInit>()
    expectTypeOf<protocol.TriggerRequest<Item>>().toExtend<ourProtocol.TriggerRequest<Item>>()
    expectTypeOf<root.MiddlewareFunctionInput>().toExtend<ourRoot.MiddlewareFunctionInput>()
    expectTypeOf<root.StreamResponse>().toExtend<ourRoot.StreamResponse>()
    expectTypeOf<runtime.FunctionRef>().toExtend<ourRuntime.FunctionRef>()
    expectTypeOf<trigger.Trigger>().toExtend<ourTrigger.Trigger>()
    expectTypeOf<runtime.TriggerTypeRef<Item>>().toExtend<ourRuntime.TriggerTypeRef<Item>>()
  })

  test('registrations', () => {
    expectTypeOf<engine.RemoteFunctionHandler>().toExtend<Parameters<ourRoot.IIIClient['registerFunction']>[1]>()
    expectTypeOf<engine.RemoteFunctionHandler<Item, Item>>().toEqualTypeOf<
      ourEngine.RemoteFunctionHandler<Item, Item>
    >()
    expectTypeOf<protocol.RegisterFunctionFormat>().toEqualTypeOf<ourProtocol.RegisterFunctionFormat>()
    expectTypeOf<protocol.RegisterFunctionInput>().toExtend<ourProtocol.RegisterFunctionInput>()
    expectTypeOf<protocol.RegisterFunctionOptions>().toExtend<ourProtocol.RegisterFunctionOptions>()
    expectTypeOf<protocol.RegisterTriggerInput>().toExtend<ourProtocol.RegisterTriggerInput>()
    expectTypeOf<protocol.RegisterTriggerTypeInput>().toExtend<ourProtocol.RegisterTriggerTypeInput>()
    expectTypeOf<Public<protocol.RegisterFunctionMessage>>().toExtend<Public<ourProtocol.RegisterFunctionMessage>>()
    expectTypeOf<Public<protocol.RegisterTriggerMessage>>().toExtend<Public<ourProtocol.RegisterTriggerMessage>>()
    expectTypeOf<Public<protocol.RegisterTriggerTypeMessage>>().toExtend<
      Public<ourProtocol.RegisterTriggerTypeMessage>
    >()
    expectTypeOf<trigger.TriggerConfig<Item>>().toExtend<ourTrigger.TriggerConfig<Item>>()
    expectTypeOf<trigger.TriggerHandler<Item>>().toExtend<ourTrigger.TriggerHandler<Item>>()
  })

  test('http', () => {
    expectTypeOf<http.HttpMethod>().toEqualTypeOf<ourHttp.HttpMethod>()
    expectTypeOf<http.HttpAuthConfig>().toEqualTypeOf<ourHttp.HttpAuthConfig>()
    expectTypeOf<http.HttpInvocationConfig>().toEqualTypeOf<ourHttp.HttpInvocationConfig>()
    expectTypeOf<http.HttpRequest<Item>>().toExtend<ourHttp.HttpRequest<Item>>()
    expectTypeOf<http.HttpResponse>().toEqualTypeOf<ourHttp.HttpResponse>()
    expectTypeOf<http.HttpResponse<201, Item>>().toEqualTypeOf<ourHttp.HttpResponse<201, Item>>()
    expectTypeOf<Parameters<typeof http.http>[0]>().toExtend<Parameters<typeof ourHttp.http>[0]>()
  })

  test('state', () => {
    expectTypeOf<state.IState>().toExtend<ourState.IState>()
    expectTypeOf<state.StateGetInput>().toEqualTypeOf<ourState.StateGetInput>()
    expectTypeOf<state.StateSetInput>().toEqualTypeOf<ourState.StateSetInput>()
    expectTypeOf<state.StateDeleteInput>().toEqualTypeOf<ourState.StateDeleteInput>()
    expectTypeOf<state.StateListInput>().toEqualTypeOf<ourState.StateListInput>()
    expectTypeOf<state.StateUpdateInput>().toEqualTypeOf<ourState.StateUpdateInput>()
    expectTypeOf<Public<state.StateEventData<Item>>>().toExtend<Public<ourState.StateEventData<Item>>>()
  })

  test('streams', () => {
    expectTypeOf<stream.IStream<Item>>().toExtend<ourStream.IStream<Item>>()
    expectTypeOf<streams.StreamGetInput>().toEqualTypeOf<ourStreams.StreamGetInput>()
    expectTypeOf<streams.StreamSetInput>().toEqualTypeOf<ourStreams.StreamSetInput>()
    expectTypeOf<streams.StreamDeleteInput>().toEqualTypeOf<ourStreams.StreamDeleteInput>()
    expectTypeOf<streams.StreamListInput>().toEqualTypeOf<ourStreams.StreamListInput>()
    expectTypeOf<streams.StreamListGroupsInput>().toEqualTypeOf<ourStreams.StreamListGroupsInput>()
    expectTypeOf<streams.StreamUpdateInput>().toEqualTypeOf<ourStreams.StreamUpdateInput>()
    expectTypeOf<streams.StreamAuthResult>().toExtend<ourStreams.StreamAuthResult>()
    expectTypeOf<streams.StreamJoinResult>().toExtend<ourStreams.StreamJoinResult>()
    expectTypeOf<streams.StreamTriggerConfig>().toExtend<ourStreams.StreamTriggerConfig>()
    expectTypeOf<streams.StreamJoinLeaveTriggerConfig>().toExtend<ourStreams.StreamJoinLeaveTriggerConfig>()
    expectTypeOf<streams.StreamChangeEvent>().toExtend<ourStreams.StreamChangeEvent>()
    expectTypeOf<streams.UpdateOp>().toEqualTypeOf<ourStreams.UpdateOp>()
    expectTypeOf<streams.UpdateSet>().toEqualTypeOf<ourStreams.UpdateSet>()
    expectTypeOf<streams.UpdateMerge>().toEqualTypeOf<ourStreams.UpdateMerge>()
    expectTypeOf<streams.UpdateIncrement>().toEqualTypeOf<ourStreams.UpdateIncrement>()
    expectTypeOf<streams.UpdateDecrement>().toEqualTypeOf<ourStreams.UpdateDecrement>()
    expectTypeOf<streams.UpdateAppend>().toEqualTypeOf<ourStreams.UpdateAppend>()
    expectTypeOf<streams.UpdateRemove>().toEqualTypeOf<ourStreams.UpdateRemove>()
    expectTypeOf<streams.MergePath>().toEqualTypeOf<ourStreams.MergePath>()
  })

  test('registration hooks', () => {
    expectTypeOf<hooks.AuthResult>().toExtend<ourHooks.AuthResult>()
    expectTypeOf<hooks.OnFunctionRegistrationResult>().toEqualTypeOf<ourHooks.OnFunctionRegistrationResult>()
    expectTypeOf<hooks.OnTriggerRegistrationResult>().toEqualTypeOf<ourHooks.OnTriggerRegistrationResult>()
    expectTypeOf<hooks.OnTriggerTypeRegistrationResult>().toEqualTypeOf<ourHooks.OnTriggerTypeRegistrationResult>()
  })
})
