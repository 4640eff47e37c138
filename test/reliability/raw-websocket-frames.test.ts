import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { frameBytes, TcpWebSocket, type FrameBytes } from '../kit/tcp-websocket.js'
import { rawWorker } from '../kit/raw-socket.js'
import { socketRig } from '../kit/local-rig.js'

/** What must follow: the link goes on, a close frame with this code, or an end of either kind. */
type Outcome = 'alive' | number

interface Case {
  readonly name: string
  readonly frames: readonly FrameBytes[]
  readonly outcome: Outcome
}

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10] as const
const KNOWN: readonly number[] = [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG]
const bytes = (...values: number[]): Buffer => Buffer.from(values)
const ascii = (length: number): Buffer => Buffer.alloc(length, 'x')
const closePayload = (code: number, reason: string | Buffer = ''): Buffer =>
  Buffer.concat([bytes(code >> 8, code & 0xff), Buffer.from(reason)])

/** RFC 6455 §5.2: whether the header of a first frame is valid. */
function byHead({
  fin,
  reserved,
  opcode,
  masked,
  payload,
}: Required<Omit<FrameBytes, 'lengthBytes' | 'claimedLength'>>) {
  if (reserved !== 0 || !KNOWN.includes(opcode) || !masked || opcode === CONTINUATION) return 1002
  const isControl = opcode >= CLOSE
  if (isControl && (!fin || payload.length > 125)) return 1002
  return opcode === CLOSE ? 1005 : 'alive'
}

/** Every opcode with and without its final bit, with every reserved bit alone and all, masked and not. */
function heads(): Case[] {
  const cases: Case[] = []
  for (let opcode = 0; opcode < 16; opcode++)
    for (const fin of [true, false])
      for (const reserved of [0, 1, 2, 4, 7])
        for (const masked of [true, false]) {
          const frame = { opcode, fin, reserved, masked, payload: bytes() }
          cases.push({ name: `head ${JSON.stringify(frame)}`, frames: [frame], outcome: byHead(frame) })
        }
  return cases
}

/** Lengths around every change of their encoding, also written longer than they need to be. */
function lengths(): Case[] {
  const cases: Case[] = []
  for (const length of [0, 1, 124, 125, 126, 127, 65_535, 65_536])
    for (const lengthBytes of [1, 2, 8] as const)
      for (const opcode of [TEXT, BINARY, PING, PONG]) {
        if (length >= (lengthBytes === 1 ? 126 : lengthBytes === 2 ? 65_536 : Infinity)) continue
        const isControl = opcode >= CLOSE
        const outcome = isControl && lengthBytes !== 1 ? 1002 : 'alive'
        const name = `${String(length)} bytes of opcode ${String(opcode)}, length in ${String(lengthBytes)}`
        cases.push({ name, frames: [{ opcode, payload: ascii(length), lengthBytes }], outcome })
      }
  for (const claimedLength of [67_108_865n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n])
    for (const opcode of [TEXT, BINARY])
      cases.push({
        name: `${String(claimedLength)} bytes claimed by opcode ${String(opcode)}`,
        frames: [{ opcode, claimedLength, lengthBytes: 8 }],
        outcome: 1009,
      })
  return cases
}

const goodUtf8 = ['', 'a', 'é', '€', '😀', '\u0000', '\ufeff', '\ud7ff\ue000', '\uffff', '\u{10ffff}']
const badUtf8 = [
  bytes(0x80),
  bytes(0xbf, 0x61),
  bytes(0xc0, 0xaf),
  bytes(0xc1, 0xbf),
  bytes(0xc3),
  bytes(0xc3, 0x28),
  bytes(0xe2, 0x82),
  bytes(0xe0, 0x80, 0xaf),
  bytes(0xed, 0xa0, 0x80),
  bytes(0xed, 0xbf, 0xbf),
  bytes(0xf0, 0x80, 0x80, 0xaf),
  bytes(0xf0, 0x9f, 0x98),
  bytes(0xf4, 0x90, 0x80, 0x80),
  bytes(0xf5, 0x80, 0x80, 0x80),
  bytes(0xfe),
  bytes(0xff),
  bytes(0x61, 0xff, 0x61),
]

function utf8(): Case[] {
  const halves = (payload: Buffer): FrameBytes[] => [
    { opcode: TEXT, fin: false, payload: payload.subarray(0, 1) },
    { opcode: PING },
    { opcode: CONTINUATION, payload: payload.subarray(1) },
  ]
  return [
    ...goodUtf8.map((text) => ({ payload: Buffer.from(text), outcome: 'alive' as const })),
    ...badUtf8.map((payload) => ({ payload, outcome: 1007 as const })),
  ].flatMap(({ payload, outcome }) => {
    const name = payload.toString('hex')
    return [
      { name: `text ${name}`, frames: [{ opcode: TEXT, payload }], outcome },
      { name: `text ${name} in two fragments`, frames: halves(payload), outcome },
      { name: `binary ${name}`, frames: [{ opcode: BINARY, payload }], outcome: 'alive' as const },
    ]
  })
}

/** Codes by RFC 6455 §7.4: 1000–1014 without the reserved ones, and 3000–4999. */
const goodCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
const badCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]

function closes(): Case[] {
  const close = (payload: Buffer): FrameBytes[] => [{ opcode: CLOSE, payload }]
  return [
    ...goodCodes.flatMap((code) => [
      { name: `close ${String(code)}`, frames: close(closePayload(code)), outcome: code },
      { name: `close ${String(code)} with a reason`, frames: close(closePayload(code, 'bye')), outcome: code },
    ]),
    ...badCodes.map((code) => ({ name: `close ${String(code)}`, frames: close(closePayload(code)), outcome: 1002 })),
    ...badUtf8.map((reason) => ({
      name: `close with the reason ${reason.toString('hex')}`,
      frames: close(closePayload(1000, reason)),
      outcome: 1007,
    })),
    { name: 'close with one byte', frames: close(bytes(3)), outcome: 1002 },
    { name: 'close with the longest reason', frames: close(closePayload(1000, ascii(123))), outcome: 1000 },
    { name: 'close with too long a reason', frames: close(closePayload(1000, ascii(124))), outcome: 1002 },
    { name: 'frames after a close', frames: [...close(closePayload(1001)), { opcode: 3 }], outcome: 1001 },
  ]
}

function fragments(): Case[] {
  const part = (opcode: number, fin: boolean): FrameBytes => ({ opcode, fin, payload: ascii(3) })
  const ends = [TEXT, BINARY].flatMap((kind): Case[] => [
    { name: `${String(kind)} in two`, frames: [part(kind, false), part(0, true)], outcome: 'alive' },
    { name: `${String(kind)} never ended`, frames: [part(kind, false), part(0, false)], outcome: 'alive' },
    {
      name: `${String(kind)} in a thousand`,
      frames: [part(kind, false), ...Array.from({ length: 998 }, () => part(0, false)), part(0, true)],
      outcome: 'alive',
    },
    { name: `${String(kind)} with two ends`, frames: [part(kind, false), part(0, true), part(0, true)], outcome: 1002 },
    { name: `continuation after a whole ${String(kind)}`, frames: [part(kind, true), part(0, true)], outcome: 1002 },
    {
      name: `${String(kind)} within a ping and pong`,
      frames: [part(kind, false), { opcode: PING }, { opcode: PONG }, part(0, true)],
      outcome: 'alive',
    },
    { name: `close within ${String(kind)}`, frames: [part(kind, false), { opcode: CLOSE }], outcome: 1005 },
    ...[TEXT, BINARY].map((second): Case => ({
      name: `${String(second)} within ${String(kind)}`,
      frames: [part(kind, false), part(second, true)],
      outcome: 1002,
    })),
    ...[3, 7, 11, 15].map((unknown): Case => ({
      name: `opcode ${String(unknown)} within ${String(kind)}`,
      frames: [part(kind, false), part(unknown, true)],
      outcome: 1002,
    })),
  ])
  return ends
}

const cases = [...heads(), ...lengths(), ...utf8(), ...closes(), ...fragments()]
const PROBE = Buffer.from('still there?')

/** Writes one case in one or many TCP segments and returns the outcome. */
async function outcomeOf(url: string, { frames }: Case, cut: boolean): Promise<Outcome | undefined> {
  const client = new TcpWebSocket(url)
  try {
    await client.until(() => client.frames.length > 0, 'greeting')
    const sent = Buffer.concat([...frames.map(frameBytes), frameBytes({ opcode: PING, payload: PROBE })])
    if (cut) {
      client.socket.setNoDelay(true)
      for (const byte of sent.subarray(0, 12)) {
        client.socket.write(bytes(byte))
        await new Promise(setImmediate)
      }
      client.socket.write(sent.subarray(12))
    } else client.socket.write(sent)
    const isAlive = (): boolean => client.frames.some(({ opcode, payload }) => opcode === PONG && payload.equals(PROBE))
    await client.until(() => isAlive() || client.closeCode !== undefined, 'pong or close')
    return client.closeCode ?? (isAlive() ? 'alive' : undefined)
  } finally {
    client.socket.destroy()
  }
}

async function serves(url: string): Promise<void> {
  const worker = await rawWorker(url, ['healthy'])
  const invocation_id = randomUUID()
  worker.send({ type: 'invokefunction', invocation_id, function_id: 'healthy', data: 1 })
  await worker.next(({ type }) => type === 'invokefunction')
  worker.send({ type: 'invocationresult', invocation_id, function_id: 'healthy', result: 'served' })
  expect(await worker.next(({ type }) => type === 'invocationresult')).toMatchObject({ result: 'served' })
  worker.socket.terminate()
}

test.each([
  ['in one piece', false],
  ['byte by byte', true],
])(
  `${String(cases.length)} made-up frames sent %s get what the standard asks for`,
  { timeout: 120_000 },
  async (_how, cut) => {
    const { engine } = await socketRig()
    const wrong: object[] = []
    for (const each of cases) {
      const seen = await outcomeOf(engine.url, each, cut)
      if (seen !== each.outcome) wrong.push({ name: each.name, expected: each.outcome, seen })
    }
    expect(wrong).toEqual([])
    await serves(engine.url)
    await expect.poll(() => engine.stats().sessions).toBe(0)
  },
)

test('the table has at least 250 cases, each of its own kind', () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  expect(cases.length).toBeGreaterThanOrEqual(250)
})
