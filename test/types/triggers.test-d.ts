import { expectTypeOf, test } from 'vitest'
import { BuiltinTrigger, type III } from 'iii-node'
import type { RegisterTriggerInput } from 'iii-node/protocol'
import type { CronTriggerConfig, TriggerConfigs } from 'iii-node/trigger'

declare const worker: III

test('every built-in trigger type has a config, and a way to bind that checks it', () => {
  worker.registerTrigger(BuiltinTrigger.http('f', { api_path: '/a/:id', http_method: 'POST' }))
  worker.registerTrigger(BuiltinTrigger.cron('f', { expression: '@daily' }, { metadata: { a: 1 } }))
  worker.registerTrigger(BuiltinTrigger.queue('f', { topic: 't', queue_config: { type: 'fifo', maxRetries: 1 } }))
  worker.registerTrigger(BuiltinTrigger.subscribe('f', { topic: 't' }))
  worker.registerTrigger(BuiltinTrigger.state('f', { scope: 's' }))
  worker.registerTrigger(BuiltinTrigger.stream('f', { stream_name: 's' }))
  worker.registerTrigger(BuiltinTrigger.streamJoin('f', {}))
  worker.registerTrigger(BuiltinTrigger.streamLeave('f', {}))
  worker.registerTrigger(BuiltinTrigger.log('f', { level: 'warn' }))
  worker.registerTrigger(BuiltinTrigger.trace('f', { service_name: 's' }))
  worker.registerTrigger(BuiltinTrigger.configuration('f', { event_types: ['configuration:updated'] }))
  expectTypeOf<keyof TriggerConfigs>().toExtend<string>()
})

test('a wrong config does not compile', () => {
  // @ts-expect-error -- a path is needed
  BuiltinTrigger.http('f', { http_method: 'GET' })
  // @ts-expect-error -- an expression is a string
  BuiltinTrigger.cron('f', { expression: 5 })
  // @ts-expect-error -- a stream needs its name
  BuiltinTrigger.stream('f', { group_id: 'g' })
  // @ts-expect-error -- no such level
  BuiltinTrigger.log('f', { level: 'loud' })
})

test('the result is accepted by registerTrigger', () => {
  const input = BuiltinTrigger.cron('f', { expression: '@hourly' })
  expectTypeOf(input).toExtend<RegisterTriggerInput>()
  expectTypeOf(input.type).toEqualTypeOf<'cron'>()
  expectTypeOf(input.config).toEqualTypeOf<CronTriggerConfig>()
})
