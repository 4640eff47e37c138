/** Steps on a socket as such: opening, announcing, frames in and out, silence and the end. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord } from '../../../src/wire/protocol/validate.js'
import { bytesOf, showBytes } from '../bytes.js'
import { show } from '../comparison.js'
import { ScenarioFailure } from '../failure.js'
import { openSocket, type HandshakeOutcome } from '../handshake.js'
import { fits } from '../matcher.js'
import { ANSWER_DELAY_MS, type Message, type Peer } from '../peer.js'
import type { StepKinds } from '../scenario.js'
import type { Stage } from '../stage.js'
import type { PlaySteps } from './play-step.js'
import { circumstances, showMessage, showUnread, takeFrame } from './take-frame.js'

const CLOSE_LIMIT_MS = 1000
/** Lets the engine notice an end before the next step. */
const SETTLE_MS = 60
const SILENCE_MS = 250

const UUID_AS = (name: string) => ({ $m: 'uuid', as: name })

async function open(
  name: string,
  stage: Stage,
  step: StepKinds['open'] | StepKinds['connect'],
): Promise<HandshakeOutcome> {
  const outcome = await openSocket(name, stage.address(step.to), step)
  if (outcome.kind === 'open') stage.peers.set(name, outcome.peer)
  return outcome
}

function checkHandshake(outcome: HandshakeOutcome, step: { readonly refused?: unknown }, stage: Stage): void {
  if (step.refused === undefined) requireOpen(outcome)
  else if (outcome.kind === 'refused') stage.check('the refusal differs', step.refused, outcome.answer)
  else throw new ScenarioFailure(`the handshake was to be refused, but: ${outcome.kind}`)
}

function requireOpen(outcome: HandshakeOutcome): void {
  if (outcome.kind === 'refused') throw new ScenarioFailure(`the handshake was refused: ${show(outcome.answer)}`)
  if (outcome.kind === 'failed') throw new ScenarioFailure(`the handshake failed: ${outcome.message}`)
}

/** Receives the session info and registers the worker, as every worker does first. */
async function announce(peer: Peer, step: StepKinds['connect'], stage: Stage): Promise<void> {
  const limits = { limitMs: stage.limitMs }
  const registered = {
    type: 'workerregistered',
    worker_id: UUID_AS(`${peer.name}.id`),
    reattach_token: UUID_AS(`${peer.name}.token`),
  }
  stage.check('the session info differs', registered, await takeFrame(peer, { type: 'workerregistered' }, limits))
  const call = { invocation_id: randomUUID(), function_id: 'engine::workers::register' }
  const { name = `conf-${peer.name}-${stage.scope.run}`, namespace, meta } = step
  const worker = { runtime: 'node', version: '1.0.0', name, os: 'linux', pid: 4242, namespace, ...meta }
  peer.write({ type: 'invokefunction', ...call, data: worker })
  const accepted = { type: 'invocationresult', ...call, result: { success: true } }
  stage.check('the announcement was not accepted', accepted, await takeFrame(peer, accepted, limits))
}

async function expectMessage(step: StepKinds['expect'], stage: Stage): Promise<void> {
  const peer = stage.peer(step.expect)
  const limitMs = step.within ?? stage.limitMs
  if (step.frame !== undefined) {
    const frame = await takeFrame(peer, step.frame, { limitMs, next: step.next, by: step.by })
    stage.check(`${peer.name}: the frame differs`, step.frame, frame)
    return
  }
  const message = await peer.take(() => true, limitMs)
  if (message === undefined)
    throw new ScenarioFailure(`${peer.name}: nothing within ${limitMs} ms${circumstances(peer)}`)
  if (step.text !== undefined) checkText(step.text, message, stage)
  else checkBytes(bytesOf(step.binary ?? {}), message)
}

function checkText(wanted: unknown, message: Message, stage: Stage): void {
  if (message.kind === 'bytes') throw new ScenarioFailure(`expected text, got ${showBytes(message.bytes)}`)
  stage.check('the text differs', wanted, message.text)
}

function checkBytes(wanted: Buffer, message: Message): void {
  if (message.kind === 'text') throw new ScenarioFailure(`expected bytes, got text ${show(message.text)}`)
  if (wanted.equals(message.bytes)) return
  throw new ScenarioFailure(`the bytes differ: expected ${showBytes(wanted)}, got ${showBytes(message.bytes)}`)
}

async function send(step: StepKinds['send'], stage: Stage): Promise<void> {
  const { socket } = stage.peer(step.send)
  if (step.frame !== undefined) {
    if (isRecord(step.frame) && step.frame['type'] === 'invocationresult') await sleep(ANSWER_DELAY_MS)
    stage.peer(step.send).write(step.frame)
  } else if (step.text !== undefined) {
    socket.send(step.text)
  } else if (step.fragments !== undefined) {
    const last = step.fragments.length - 1
    for (const [i, part] of step.fragments.entries()) socket.send(part, { fin: i === last })
  } else if (step.bigText !== undefined) {
    socket.send('x'.repeat(step.bigText))
  } else {
    socket.send(bytesOf(step.binary ?? {}), { binary: true })
  }
}

async function settled(peer: Peer, settleMs = SETTLE_MS): Promise<void> {
  await peer.waitFor(() => peer.closed, CLOSE_LIMIT_MS)
  await sleep(settleMs)
}

export const SOCKET_STEPS: PlaySteps<
  | 'open'
  | 'opened'
  | 'connect'
  | 'send'
  | 'expect'
  | 'expectNone'
  | 'close'
  | 'terminate'
  | 'expectClose'
  | 'ping'
  | 'pause'
  | 'resume'
  | 'flush'
> = {
  async open(step, stage) {
    const opening = open(step.open, stage, step)
    if (step.start === true) stage.handshakes.set(step.open, opening)
    else checkHandshake(await opening, step, stage)
  },
  async opened(step, stage) {
    const opening = stage.handshakes.get(step.opened)
    if (opening === undefined) throw new ScenarioFailure(`no handshake of ${step.opened} was started`)
    checkHandshake(await opening, step, stage)
  },
  async connect(step, stage) {
    requireOpen(await open(step.connect, stage, step))
    await announce(stage.peer(step.connect), step, stage)
  },
  send,
  expect: expectMessage,
  async expectNone(step, stage) {
    const peer = stage.peer(step.expectNone)
    const breaks = (message: Message): boolean =>
      step.frame === undefined || (message.kind === 'text' && fits(step.frame, message.json))
    const found = await peer.waitFor(() => peer.unread.find(breaks), step.ms ?? SILENCE_MS)
    if (found !== undefined) throw new ScenarioFailure(`${peer.name}: expected silence, got ${showMessage(found)}`)
  },
  async close(step, stage) {
    const peer = stage.peer(step.close)
    peer.socket.close(step.code, step.reason)
    await settled(peer, step.settle)
  },
  async terminate(step, stage) {
    const peer = stage.peer(step.terminate)
    peer.socket.terminate()
    await settled(peer, step.settle)
  },
  async expectClose(step, stage) {
    const peer = stage.peer(step.expectClose)
    const limitMs = step.within ?? stage.limitMs
    const closed = await peer.waitFor(() => peer.closed, limitMs)
    if (closed === undefined) throw new ScenarioFailure(`${peer.name}: still open after ${limitMs} ms`)
    if (step.code !== undefined) stage.check(`${peer.name}: the close code differs`, step.code, closed.code)
    if (step.empty === true && peer.unread.length > 0) {
      throw new ScenarioFailure(`${peer.name}: unread before the close: ${showUnread(peer)}`)
    }
  },
  async ping(step, stage) {
    const peer = stage.peer(step.ping)
    const data = step.data ?? ''
    peer.socket.ping(data)
    const answered = await peer.waitFor(() => peer.pongs.includes(data) || undefined, stage.limitMs)
    if (answered === undefined) throw new ScenarioFailure(`no pong with ${show(data)}; there were ${show(peer.pongs)}`)
    peer.pongs.splice(0, peer.pongs.length, ...peer.pongs.filter((pong) => pong !== data))
  },
  async pause(step, stage) {
    stage.peer(step.pause).socket.pause()
  },
  async resume(step, stage) {
    stage.peer(step.resume).socket.resume()
  },
  async flush(step, stage) {
    if (step.ms !== undefined) await sleep(step.ms)
    stage.peer(step.flush).unread.length = 0
  },
}
