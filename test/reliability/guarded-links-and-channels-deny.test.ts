import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { atLeastTests } from '../kit/at-least.js'
import { RawWorker } from '../kit/raw-worker.js'
import { rigWithSecrets, stateOf } from './guests.js'

// --- whose connection it is -----------------------------------------------------------------------------------------

const variants: readonly [string, (id: string, token: string, guest: RawWorker) => [unknown, unknown]][] = [
  ['a made-up token', (id) => [id, randomUUID()]],
  ['its own token', (id, _token, guest) => [id, guest.token]],
  ['the right token of another worker', (_id, token) => [randomUUID(), token]],
  ['the right token and its own id', (_id, token, guest) => [guest.id, token]],
  ['the worker id as token', (id) => [id, id]],
  ['an empty token', (id) => [id, '']],
  ['a token cut short', (id, token) => [id, token.slice(0, -1)]],
  ['a token with something behind', (id, token) => [id, `${token}0`]],
  ['a token without dashes', (id, token) => [id, token.replaceAll('-', '')]],
  ['a token in braces', (id, token) => [id, `{${token}}`]],
  ['a token as URN', (id, token) => [id, `urn:uuid:${token}`]],
  ['a list', (id, token) => [id, [token]]],
  ['a number', (id) => [id, 0]],
  ['null', (id) => [id, null]],
  ['an object', (id) => [id, { toString: 'x' }]],
  [
    'a token that differs in its last digit',
    (id, token) => [id, token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')],
  ],
  ['a token of zeros', (id) => [id, '00000000-0000-0000-0000-000000000000']],
  ['a token whose first character is longer in lower case', (id, token) => [id, `\u0130${token.slice(1)}`]],
]

test.each(variants)('%s does not end the connection of another worker', async (_name, forge) => {
  const rig = await rigWithSecrets()
  const guest = await rig.guest({})
  const before = stateOf(rig, 1)
  const [previous_worker_id, reattach_token] = forge(rig.admin.id, rig.admin.token, guest)
  guest.send({ type: 'reattach', previous_worker_id, reattach_token })
  await rig.settle()
  expect(rig.admin.closed).toBeUndefined()
  expect(stateOf(rig, 1)).toEqual(before)
  guest.send({ type: 'ping' })
  await rig.settle()
  expect(guest.peek('pong')).toBeDefined()
  expect(rig.lines.filter(({ level }) => level === 'error')).toEqual([])
})

// --- whose channel it is --------------------------------------------------------------------------------------------

const keys: readonly [string, (key: string, otherKey: string) => string | undefined][] = [
  ['no key', () => undefined],
  ['an empty key', () => ''],
  ['a guess', () => randomUUID()],
  ['the key of another channel', (_key, other) => other],
  ['a key cut short', (key) => key.slice(0, -1)],
  ['a key with something behind', (key) => `${key}0`],
  ['a key in capitals', (key) => (key.toUpperCase() === key ? key.toLowerCase() : key.toUpperCase())],
  ['a key of equal length', (key) => 'x'.repeat(key.length)],
  ['a key of wide characters', (key) => 'é'.repeat(key.length)],
  ['a prototype', () => '__proto__'],
  ['a key behind a wrong one', (key) => `wrong&key=${key}`],
  ['a key with a space', (key) => `%20${key}`],
]

test.each(keys.flatMap(([name, forge]) => ['read', 'write'].map((dir) => ({ name, forge, dir }))))(
  'a channel is not opened to $dir with $name',
  async ({ forge, dir }) => {
    const rig = await rigWithSecrets()
    type Refs = { writer: { channel_id: string; access_key: string } }
    const create = async (): Promise<Refs> => (await rig.call(rig.admin, 'engine::channels::create'))['result'] as Refs
    const [{ writer: own }, { writer: other }] = [await create(), await create()]
    const key = forge(own.access_key, other.access_key)
    const query = key === undefined ? `dir=${dir}` : `key=${key}&dir=${dir}`
    const thief = new RawWorker(rig.engine.dial(1), `memory://engine/ws/channels/${own.channel_id}?${query}`)
    await rig.settle()
    expect(thief.closed?.status).toBe(key === undefined ? 400 : 404)
    // Its owner still gets in: the attempt has not taken the place.
    const path = `memory://engine/ws/channels/${own.channel_id}?key=${own.access_key}&dir=${dir}`
    const owner = new RawWorker(rig.engine.dial(0), path)
    await rig.settle()
    expect(owner.closed).toBeUndefined()
    owner.transport.terminate()
  },
)

atLeastTests(40)
