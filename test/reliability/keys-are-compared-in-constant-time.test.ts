/** A comparison that stops at the first difference tells by its time how much of a guess was right. */
import type * as Crypto from 'node:crypto'
import { timingSafeEqual } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { engineRig } from '../kit/engine-rig.js'
import { IGNORE_EVENTS } from '../../src/wire/transport/transport.js'

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof Crypto>()
  return { ...actual, timingSafeEqual: vi.fn(actual.timingSafeEqual) }
})

/** The pairs that were compared, as text. */
const compared = (): string[][] =>
  vi.mocked(timingSafeEqual).mock.calls.map((pair) => pair.map((side) => Buffer.from(side as Buffer).toString()))

beforeEach(() => void vi.mocked(timingSafeEqual).mockClear())

test.each([
  ['differs in its first letter', (token: string) => token.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))],
  ['differs in its last letter', (token: string) => token.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
  ['is right', (token: string) => token],
])('a reattach token that %s is compared as a whole', async (_name, forge) => {
  const rig = await engineRig()
  const [owner, thief] = [await rig.worker({}), await rig.worker({})]
  const reattach_token = forge(owner.token)
  thief.send({ type: 'reattach', previous_worker_id: owner.id, reattach_token })
  await rig.settle()

  expect(compared()).toEqual([[owner.token, reattach_token]])
  expect(owner.closed !== undefined).toBe(reattach_token === owner.token)
})

test.each([
  ['differs in its first letter', (key: string) => key.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))],
  ['differs in its last letter', (key: string) => key.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
  ['is right', (key: string) => key],
  ['is cut short', (key: string) => key.slice(0, 8)],
])('a channel key that %s costs one comparison of a whole key', async (_name, forge) => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  const { result } = await rig.call(worker, 'engine::channels::create')
  const { channel_id, access_key } = (result as { reader: Record<'channel_id' | 'access_key', string> }).reader
  const key = forge(access_key)
  rig.engine.dial(0)(
    `memory://engine/ws/channels/${channel_id}?key=${key}&dir=read`,
    { headers: () => ({}) },
    IGNORE_EVENTS,
  )
  await rig.settle()

  // One of another length is compared with itself.
  expect(compared()).toEqual([[key.length === access_key.length ? key : access_key, access_key]])
})
