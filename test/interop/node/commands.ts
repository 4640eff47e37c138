/**
 * What a test can have a Node client do, and the names it does it under.
 */
import { createHash } from 'node:crypto'
import { context } from '@opentelemetry/api'
import type { IIIClient } from 'iii-sdk'
import type { RegisterTriggerInput } from 'iii-sdk/protocol'
import type { TriggerConfig } from 'iii-sdk/trigger'
import type { ClientPackage } from './client-package.js'
import { digest, handlerOf, pattern, writeAll } from './handlers.js'
import { memoryStream } from './memory-stream.js'

export interface Actor {
  readonly client: ClientPackage
  readonly worker: IIIClient
  readonly name: string
  readonly tell: (event: object) => void
}

type Command = (given: never) => unknown
type Call = Parameters<IIIClient['trigger']>[0]

export function commandsOf(actor: Actor): Readonly<Record<string, Command | undefined>> {
  const undo = new Map<string, () => void>()
  const registering: Record<string, Command> = {
    serve({ function_id, handler, ...given }: { function_id: string; handler: string }) {
      const made = handlerOf(handler, { actor, functionId: function_id, given })
      undo.set(function_id, actor.worker.registerFunction(function_id, made).unregister)
    },
    bind({ handle, ...trigger }: { handle: string } & RegisterTriggerInput) {
      const bound = actor.worker.registerTrigger(trigger)
      undo.set(handle, () => bound.unregister())
    },
    /** Takes back what was served or bound. */
    undo({ handle }: { handle: string }) {
      undo.get(handle)?.()
      undo.delete(handle)
    },
    create_stream: ({ stream_name }: { stream_name: string }) =>
      actor.client.helpers.createStream(actor.worker, stream_name, memoryStream()),
  }
  return { ...registering, ...providing(actor), ...calling(actor), ...observing(actor) }
}

function providing({ worker, name, tell }: Actor): Record<string, Command> {
  type Config = { readonly refuse?: string }
  const providers = new Map<string, Map<string, TriggerConfig<Config>>>()
  return {
    provide({ trigger_type: of }: { trigger_type: string }) {
      const bound = new Map<string, TriggerConfig<Config>>()
      providers.set(of, bound)
      worker.registerTriggerType<Config>(
        { id: of, description: `By ${name}` },
        {
          async registerTrigger({ id, ...binding }) {
            await Promise.resolve()
            if (binding.config.refuse !== undefined) throw new Error(`refused: ${binding.config.refuse}`)
            bound.set(id, { id, ...binding })
            tell({ event: 'bound', of, trigger_id: id, ...binding })
          },
          async unregisterTrigger({ id }) {
            await Promise.resolve()
            bound.delete(id)
            tell({ event: 'unbound', of, trigger_id: id })
          },
        },
      )
    },
    fire({ trigger_type, payload }: { trigger_type: string; payload: unknown }) {
      const bound = [...(providers.get(trigger_type)?.values() ?? [])]
      return Promise.all(bound.map(({ function_id }): Promise<unknown> => worker.trigger({ function_id, payload })))
    },
  }
}

function calling({ client: { helpers, observability }, worker }: Actor): Record<string, Command> {
  return {
    call: ({ timeout_ms, ...request }: Call & { timeout_ms?: number }) =>
      worker.trigger<unknown, unknown>({
        ...request,
        ...(timeout_ms === undefined ? {} : { timeoutMs: timeout_ms }),
      }),
    /** Calls a function with the reading end of a new channel and writes into the other. */
    async send_over_channel({ function_id, texts, size }: { function_id: string; texts: string[]; size: number }) {
      const channel = await helpers.createChannel(worker)
      const answer = worker.trigger<unknown, unknown>({ function_id, payload: { reader: channel.readerRef } })
      await writeAll(channel.writer, texts, pattern(size))
      return { sent: createHash('sha256').update(pattern(size)).digest('hex'), answer: await answer }
    },
    /** Calls a function with the writing end of a new channel and reads from the other. */
    async receive_over_channel({ function_id, ...given }: { function_id: string }) {
      const channel = await helpers.createChannel(worker)
      const payload = { writer: channel.writerRef, ...given }
      const [answer, got] = await Promise.all([
        worker.trigger<unknown, unknown>({ function_id, payload }),
        digest(channel.reader),
      ])
      return { answer, got }
    },
    /** Calls a function within a new trace that carries baggage. */
    trace: ({ span, entries, ...request }: Call & { span: string; entries: Record<string, string> }) =>
      observability.withSpan(span, {}, () => {
        const carried = Object.entries(entries).reduce(
          (outer, [key, value]) => context.with(outer, () => observability.setBaggageEntry(key, value)),
          context.active(),
        )
        return context.with(carried, () => worker.trigger<unknown, unknown>(request))
      }),
  }
}

function observing({ client: { observability, internal }, name }: Actor): Record<string, Command> {
  return {
    log: ({ message, data }: { message: string; data: object }) =>
      new observability.Logger(undefined, name).warn(message, data),
    count: ({ metric, amount }: { metric: string; amount: number }) =>
      internal.getMeter()?.createCounter(metric, { unit: '1' }).add(amount, { by: name }),
  }
}
