/**
 * Compares what the built-ins publish about themselves with `engine.json`, recorded from the distributed engine
 * (0.23.0-rc.4, without its texts). Each difference is listed with its reason, and an entry that is no longer needed
 * fails.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { engineRig } from '../../../kit/engine-rig.js'
import type { Frame } from '../../../kit/raw-worker.js'

interface Published {
  readonly internal: boolean
  readonly worker_name: string
  readonly request_schema?: unknown
  readonly response_schema?: unknown
  readonly configuration_schema?: unknown
}

type Recorded = Readonly<Record<'functions' | 'trigger_types', Readonly<Record<string, Published>>>>

const recorded = JSON.parse(readFileSync(new URL('engine.json', import.meta.url), 'utf8')) as Recorded

/** `kind id member` → why it differs. */
const ON_PURPOSE: Readonly<Record<string, string>> = {
  'function engine::queue::enqueue': 'The local engine has a function behind the action `enqueue`.',
  'function state::list response_schema': 'Says that the result is a list.',
  'trigger durable:subscriber configuration_schema': 'Names the members of `queue_config`.',
  'trigger engine::functions-available request_schema': 'Describes the event; the distributed engine does not.',
  'trigger engine::workers-available request_schema': 'Describes the event; the distributed engine does not.',
  'trigger http configuration_schema': 'Names `middleware_function_ids`, which both engines accept.',
  'trigger http request_schema': 'Names `trigger` and the two channels, which both engines send.',
  'trigger log request_schema': 'Says which members may be null.',
  'trigger stream request_schema': 'Describes the event as both engines send it, in camelCase.',
  'trigger stream:join request_schema': 'Describes the event as both engines send it.',
  'trigger stream:leave request_schema': 'Describes the event as both engines send it.',
}

const PARTS = ['worker_name', 'internal', 'request_schema', 'response_schema', 'configuration_schema'] as const

const settings = {
  workers: ['http', 'stream', 'state', 'cron', 'pubsub', 'queue'].map((name) => ({
    name: `iii-${name}`,
    ...((name === 'http' || name === 'stream') && { config: { host: '127.0.0.1', port: 0 } }),
  })),
}

test('built-ins publish what those of the distributed engine publish', async () => {
  const rig = await engineRig(settings)
  const worker = await rig.worker({ name: 'reader' })
  const ask = async (functionId: string, data: object): Promise<Frame> =>
    (await rig.call(worker, functionId, data))['result'] as Frame
  const details = async (listId: string, member: string, describe: (id: string) => Promise<Frame>): Promise<Rows> => {
    const rows = (await ask(listId, { include_internal: true }))[member] as Frame[]
    const hidden = new Set(rows.map(idOf))
    for (const row of (await ask(listId, {}))[member] as Frame[]) hidden.delete(idOf(row))
    const entries = rows.map(async (row): Promise<[string, Frame]> => [
      idOf(row),
      { ...(await describe(idOf(row))), internal: hidden.has(idOf(row)) },
    ])
    return Object.fromEntries(await Promise.all(entries))
  }
  const functions = await details('engine::functions::list', 'functions', (id) =>
    ask('engine::functions::info', { function_id: id }),
  )
  const types = await details('engine::triggers::list', 'triggers', (id) => ask('engine::triggers::info', { id }))
  const found = {
    ...differences('function', recorded.functions, functions),
    ...differences('trigger', recorded.trigger_types, types),
  }
  for (const key of Object.keys(ON_PURPOSE)) expect(found, `${key} no longer differs`).toHaveProperty([key])
  const unexplained = Object.entries(found).filter(([key]) => !Object.hasOwn(ON_PURPOSE, key))
  expect(Object.fromEntries(unexplained)).toEqual({})
})

type Rows = Readonly<Record<string, Frame>>

function idOf(row: Frame): string {
  return (row['function_id'] ?? row['id']) as string
}

function differences(
  kind: string,
  theirs: Recorded[keyof Recorded],
  ours: Rows,
): Record<string, { theirs: unknown; ours: unknown }> {
  const found: Record<string, { theirs: unknown; ours: unknown }> = {}
  for (const id of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    const [their, own] = [theirs[id], ours[id]]
    if (their === undefined || own === undefined) {
      found[`${kind} ${id}`] = { theirs: their !== undefined, ours: own !== undefined }
      continue
    }
    for (const part of PARTS) {
      const [recordedPart, ownPart] = [compared(their[part]), compared(own[part])]
      if (JSON.stringify(recordedPart) === JSON.stringify(ownPart)) continue
      found[`${kind} ${id} ${part}`] = { theirs: recordedPart, ours: ownPart }
    }
  }
  return found
}

/** A schema without texts, in one order. `{}` and `true` mean the same. */
function compared(schema: unknown): unknown {
  if (Array.isArray(schema))
    return schema.map(compared).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (typeof schema !== 'object' || schema === null) return schema ?? null
  const members = Object.entries(schema)
    .filter(([key, value]) => key !== '$schema' && !(key === 'description' && typeof value === 'string'))
    .map(([key, value]): [string, unknown] => [key, compared(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return members.length === 0 ? true : Object.fromEntries(members)
}
