import { afterAll, beforeAll, expect, test } from 'vitest'
import { workerCodec } from '../../src/wire/protocol/codec.js'
import { ErrorCode } from '../../src/errors.js'
import { engineRig, type EngineRig } from '../kit/engine-rig.js'
import { fuzzFrames, wideValues } from '../kit/fuzz-frames.js'
import { expectGoodCalls, serveGood } from '../kit/good-calls.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { ProcessWatch } from '../kit/process-watch.js'
import type { RawWorker } from '../kit/raw-worker.js'
import { ANY_ID, transcripts, type Transcripts } from '../kit/transcripts.js'
import { engineMessage, workerMessage } from '../kit/wire-messages.js'
import { connectedRig, type WorkerRig } from '../kit/worker-rig.js'

nothingEscapes()

/** For each end; `INPUTS` asks for another number. */
const INPUTS = Number(process.env['INPUTS'] ?? (process.env['TIER'] === 'nightly' ? 2_500_000 : 50_000))
/** Frames that arrive in one tick. */
const TURN = 20
/** Frames that one client, or one engine, is given before the next takes its place. */
const ROUND = Math.max(10_000, Math.ceil(INPUTS / 50))
/** Frames between two looks at whether the end still serves. */
const CHUNK = 1_000
const WARM_UP = 10_000
const MAX_TURN_MS = 100
const MAX_GROWTH_BYTES = 64 * 1024 * 1024
const LIMIT_MS = 3_600_000

let said: Transcripts
beforeAll(async () => {
  said = await transcripts()
})

const measured: string[] = []
afterAll(() => {
  if (process.env['SHOW_FIGURES'] !== undefined) process.stdout.write(`${measured.join('\n')}\n`)
})

type Round = (watch: ProcessWatch, seed: number, inputs: number) => Promise<void>

/** Plays rounds until all inputs were given, then checks the effect on the process. */
async function fuzz(end: string, round: Round): Promise<void> {
  await round(new ProcessWatch(), 0, WARM_UP)
  const watch = new ProcessWatch()
  await watch.begin()
  for (let given = 0, seed = 1; given < INPUTS; given += ROUND, seed += 1) {
    await round(watch, seed, Math.min(ROUND, INPUTS - given))
  }
  const { longestTurnMs, longestTurn, grownBytes } = watch
  measured.push(
    `${end}: longest turn ${longestTurnMs.toFixed(1)} ms, grown by ${(grownBytes / 2 ** 20).toFixed(1)} MiB`,
  )
  expect({ longestTurnMs, longestTurn }).toSatisfy(() => longestTurnMs <= MAX_TURN_MS)
  expect(grownBytes).toBeLessThan(MAX_GROWTH_BYTES)
}

/** Gives frames tick by tick. */
async function give(watch: ProcessWatch, frames: readonly string[], send: (frame: string) => void): Promise<void> {
  for (let start = 0; start < frames.length; start += TURN) {
    const turn = frames.slice(start, start + TURN)
    await watch.turn(turn.join('\n'), () => turn.forEach(send))
  }
}

/** The requested number of frames, without those that are excluded on purpose. */
function chunkOf(made: readonly string[], isLeftOut: (frame: string) => boolean): readonly string[] {
  const chunk = made.filter((frame) => !isLeftOut(frame)).slice(0, CHUNK)
  expect(chunk).toHaveLength(CHUNK)
  return chunk
}

/** Extra frames per chunk, in place of excluded ones. */
const SPARE = 200

/** An engine may end a worker for good by one message; all others must leave it as it was. */
function endsTheWorker(frame: string): boolean {
  const message = workerCodec.decode(frame)
  return message.type === 'registrationrejected' && message.code !== ErrorCode.FUNCTION_NAMESPACE_CONFLICT
}

interface Victim {
  readonly rig: WorkerRig
  /** Bindings taken on by the provider's own count. */
  readonly bound: Set<string>
}

async function victim(): Promise<Victim> {
  const rig = await connectedRig({ otel: { enabled: false } })
  const ids = new Set(said.fromEngines.map(({ function_id }) => function_id).filter((id) => typeof id === 'string'))
  for (const id of ids) if (id !== '') rig.worker.registerFunction(id, (data: unknown) => data)
  serveGood(rig)
  const bound = new Set<string>()
  const handler = {
    registerTrigger: async ({ id }: { id: string }) => void bound.add(id),
    unregisterTrigger: async ({ id }: { id: string }) => void bound.delete(id),
  }
  const types = new Set(said.fromEngines.map(({ trigger_type }) => trigger_type).filter((id) => typeof id === 'string'))
  for (const id of types) if (id !== '') rig.worker.registerTriggerType(id, '', handler)
  rig.worker.onFunctionsAvailable(() => undefined)
  await rig.settle()
  return { rig, bound }
}

test(
  `a client that receives ${INPUTS.toLocaleString('en')} mutated frames keeps its memory, its speed and its links`,
  async () => {
    const make = fuzzFrames({ transcript: said.fromEngines, grammar: engineMessage })
    await fuzz('client', async (watch, seed, inputs) => {
      const { rig, bound } = await victim()
      for (let given = 0; given < inputs; given += CHUNK) {
        // Answers among the frames then meet a call that waits for one.
        const call = rig.worker.trigger({ function_id: 'asked', payload: 1 }).catch(() => undefined)
        await rig.settle()
        const pending = rig.link.calls.at(-1)!.invocation_id!
        const made = make(seed * ROUND + given, CHUNK + SPARE).map((frame) => frame.replaceAll(ANY_ID, pending))
        await give(watch, chunkOf(made, endsTheWorker), (frame) => rig.link.sendText(frame))
        rig.link.answer(
          { type: 'invokefunction', invocation_id: pending, function_id: 'asked', data: 1 },
          { result: 1 },
        )
        await rig.settle()
        await call
        rig.link.received.length = 0
        rig.events.length = 0
        await expectGoodCalls(rig)
      }
      expect(rig.engine.links).toHaveLength(1)
      const idle = { pendingCalls: 0, runningInvocations: 0, queuedMessages: 0, failedFrames: 0 }
      expect(rig.worker.stats()).toMatchObject(idle)
      rig.link.cut()
      await rig.reconnect()
      await rig.settle()
      await expectGoodCalls(rig)
      expect(bound.size).toBe(0)
      await rig.worker.shutdown()
    })
  },
  LIMIT_MS,
)

const BUILTINS = ['iii-pubsub', 'iii-queue', 'iii-cron', 'iii-state', 'configuration', 'iii-observability']
const UNCLAIMED_CHANNELS_GO_MS = 10 * 60_000

async function expectServed(rig: EngineRig, steady: RawWorker): Promise<void> {
  const id = steady.invoke('steady', { n: 1 })
  await rig.settle()
  steady.answer(steady.take('invokefunction', { function_id: 'steady' }), { result: 'still here' })
  await rig.settle()
  expect(steady.take('invocationresult', { invocation_id: id })).toMatchObject({ result: 'still here' })
  // Lines with a service are what a worker asked the engine to log, those with an invocation calls that a worker refused.
  const own = rig.lines.filter(({ fields }) => !('service' in fields) && !('invocationId' in fields))
  expect(own.filter(({ level }) => level === 'error')).toEqual([])
  rig.lines.length = 0
}

/** A trigger registered by this call outlives its worker by design, so it must not count as a leak. */
const isMeantToStay = (frame: string): boolean => frame.includes('engine::register_trigger')

test(
  `an engine that receives ${INPUTS.toLocaleString('en')} mutated frames keeps its memory, its speed and its links`,
  async () => {
    const make = fuzzFrames({ transcript: said.fromWorkers, grammar: workerMessage })
    await fuzz('engine', async (watch, seed, inputs) => {
      const rig = await engineRig({ workers: BUILTINS.map((name) => ({ name })) })
      const steady = await rig.worker({ name: 'steady' })
      steady.register('steady')
      await rig.settle()
      const before = rig.engine.stats()
      for (let given = 0; given < inputs; given += CHUNK) {
        const hostile = [await rig.worker({ name: 'h' }), await rig.worker()]
        let turn = 0
        const made = make(seed * ROUND + given, CHUNK + SPARE)
        await give(watch, chunkOf(made, isMeantToStay), (frame) => {
          hostile[turn++ % 2]!.send(frame)
        })
        for (const { frames, texts } of hostile) frames.length = texts.length = 0
        await expectServed(rig, steady)
        for (const worker of hostile) worker.transport.terminate()
        await rig.settle()
        steady.frames.length = steady.texts.length = 0
        const { sessions, functions, triggers } = before
        expect(rig.engine.stats()).toMatchObject({ sessions, functions, triggers, pendingCalls: 0 })
      }
      await rig.clock.advance(UNCLAIMED_CHANNELS_GO_MS)
      expect(rig.engine.stats()).toMatchObject({ sessions: 1, channels: 0, pendingCalls: 0, failedFrames: 0 })
      const closed = rig.engine.close()
      await rig.clock.advance(10_000)
      await closed
    })
  },
  LIMIT_MS,
)

/** Each member of a frame that may hold any JSON, with a value in it; the frame is well-formed. */
const framesTo = {
  client: (json: string): readonly string[] => [
    `{"type":"invokefunction","invocation_id":"${ANY_ID}","function_id":"echo","data":${json}}`,
    `{"type":"invokefunction","invocation_id":"${ANY_ID}","function_id":"echo","data":1,"metadata":${json}}`,
    `{"type":"invocationresult","invocation_id":"${ANY_ID}","function_id":"asked","result":${json}}`,
    `{"type":"registertrigger","id":"t","trigger_type":"mine","function_id":"f","config":${json}}`,
  ],
  engine: (json: string): readonly string[] => [
    `{"type":"invokefunction","invocation_id":"${ANY_ID}","function_id":"echo","data":${json}}`,
    `{"type":"invokefunction","invocation_id":"${ANY_ID}","function_id":"engine::functions::list","data":${json}}`,
    `{"type":"registerfunction","id":"wide","request_format":${json},"metadata":${json}}`,
    `{"type":"registertrigger","id":"t","trigger_type":"cron","function_id":"f","config":${json}}`,
  ],
}

test.each(wideValues)('a client that receives %s in any member continues to serve', async (_what, json) => {
  const rig = await connectedRig({ otel: { enabled: false } })
  rig.worker.registerFunction('echo', (data: unknown) => data)
  rig.worker.registerTriggerType('mine', '', { registerTrigger: async () => {}, unregisterTrigger: async () => {} })
  serveGood(rig)
  await rig.settle()
  for (const frame of framesTo.client(json)) rig.link.sendText(frame)
  await rig.settle()
  expect(rig.link.all('invocationresult').filter(({ error }) => error === undefined)).toHaveLength(2)
  expect(rig.worker.stats()).toMatchObject({ failedFrames: 0, unreadableFrames: 0, reconnects: 0 })
  await expectGoodCalls(rig)
})

test.each(wideValues)('an engine that receives %s in any member continues to serve', async (_what, json) => {
  const rig = await engineRig({ workers: BUILTINS.map((name) => ({ name })) })
  const steady = await rig.worker({ name: 'steady' })
  steady.register('steady', 'echo')
  const hostile = await rig.worker({ name: 'h' })
  hostile.send(...framesTo.engine(json))
  await rig.settle()
  // The call is passed on whole, or its caller gets a code.
  const passedOn = steady.peek('invokefunction', { function_id: 'echo' })
  expect(passedOn ?? hostile.peek('invocationresult', { function_id: 'echo' })?.['error']).toBeDefined()
  await expectServed(rig, steady)
  // A frame that costs too much is refused with a code and counted as malformed.
  expect(rig.engine.stats()).toMatchObject({ failedFrames: 0, sessions: 2 })
})
