/**
 * Makes calls under load over real sockets, with minimal callers and servers that count every answer of every call.
 * Does not use the worker SDK, so that only the work of the engine is measured.
 */
import { onTestFinished } from 'vitest'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import type { Transport } from '../../src/wire/transport/transport.js'
import { stalled } from './waiting.js'

/** After this time without an answer, the calls in flight count as lost. */
const STALL_MS = 2000

export interface Tally {
  readonly calls: number
  /** Calls answered exactly once, with their own number. */
  readonly once: number
  readonly never: number
  /** Answers beyond the first of a call. */
  readonly again: number
  /** Answers that are none to any call made here, or carry another call's number. */
  readonly foreign: number
}

export interface Link {
  send(frame: object): void
  sendText(frame: string): void
}

type TextListener = (text: string, link: Link) => void

/** An announced worker that hands every text on as it came. */
export async function leanLink(url: string, hear: TextListener, functionIds: readonly string[] = []): Promise<Link> {
  let ready!: () => void
  const isReady = new Promise<void>((resolve) => (ready = resolve))
  let isUp = false
  const link: Link = { send: (frame) => send(transport, frame), sendText: (frame) => transport.send(frame) }
  const ignore = (): void => undefined
  const transport = dialWebSocket(
    url,
    { headers: () => ({}) },
    {
      open: () => {
        const announcement = { type: 'invokefunction', function_id: 'engine::workers::register' }
        send(transport, { ...announcement, action: { type: 'void' }, data: { pid: 1 } })
        for (const id of functionIds) send(transport, { type: 'registerfunction', id })
        send(transport, { type: 'ping' })
      },
      text: (text) => {
        if (isUp) hear(text, link)
        else if (text.includes('"pong"')) {
          isUp = true
          ready()
        }
      },
      binary: ignore,
      activity: ignore,
      drained: ignore,
      close: ignore,
    },
  )
  onTestFinished(() => transport.terminate())
  await isReady
  return link
}

function send(transport: Transport, frame: object): void {
  transport.send(JSON.stringify(frame))
}

/** How a server answers its `n`-th call: how many times, 1 when it does as it should. */
export type AnswerTimes = (n: number) => number

/** A worker that answers every call with what it was called with. */
export function echoServer(url: string, functionId: string, times: AnswerTimes = () => 1): Promise<Link> {
  let n = 0
  const hear: TextListener = (text, link) => {
    const { type, invocation_id, function_id, data } = JSON.parse(text) as Record<string, unknown>
    if (type !== 'invokefunction') return
    n += 1
    const answer = { type: 'invocationresult', invocation_id, function_id, result: data }
    for (let left = times(n); left > 0; left--) link.send(answer)
  }
  return leanLink(url, hear, [functionId])
}

export interface LoadPlan {
  readonly calls: number
  readonly inFlight: number
  readonly functionIds: readonly string[]
}

/** Keeps as many calls in flight as the plan says until all are made, then waits for those left. */
export async function callLoad(url: string, { calls, inFlight, functionIds }: LoadPlan): Promise<Tally> {
  const answers = new Uint8Array(calls)
  let [made, answered, again, foreign] = [0, 0, 0, 0]
  let ended!: () => void
  const isOver = new Promise<void>((resolve) => (ended = resolve))
  const prefix = `${(callers++).toString(16).padStart(8, '0')}-0000-4000-8000-`
  const caller = await leanLink(url, (text) => {
    const { type, invocation_id, result } = JSON.parse(text) as Record<string, unknown>
    if (type === 'pong') ended()
    if (type !== 'invocationresult') return
    const number = Number.parseInt(String(invocation_id).slice(prefix.length), 16)
    if (!(number < made) || result !== number) foreign += 1
    else if (answers[number]!++ > 0) again += 1
    else {
      answered += 1
      if (made < calls) call()
      else if (answered === calls) ended()
    }
  })
  const call = (): void => {
    const number = made++
    const id = prefix + number.toString(16).padStart(12, '0')
    const functionId = functionIds[number % functionIds.length]
    caller.send({ type: 'invokefunction', invocation_id: id, function_id: functionId, data: number })
  }
  while (made < Math.min(inFlight, calls)) call()
  await Promise.race([isOver, stalled(() => answered, STALL_MS)])
  // An answer too many that is under way to this caller arrives before the engine's answer to this.
  const isQuiet = new Promise<void>((resolve) => (ended = resolve))
  caller.send({ type: 'ping' })
  await isQuiet
  return { calls, once: answers.filter((count) => count === 1).length, never: calls - answered, again, foreign }
}

let callers = 1
