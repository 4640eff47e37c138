/** What a worker does about flaws of an engine: early answers (R37), silent topics and the order of a release (R9). */
import type { Fault } from '../plant.js'

export const faults: readonly Fault[] = [
  {
    name: 'payloads-in-spans-are-unlimited',
    row: 'R37',
    file: 'src/telemetry/payload.ts',
    find: '(resolveMaxBytesFromEnv() ?? DEFAULT_PAYLOAD_BYTES)',
    replace: '(resolveMaxBytesFromEnv() ?? 2 ** 30 + DEFAULT_PAYLOAD_BYTES)',
    tests: ['test/regression/large-payloads-in-spans-stalled-the-engine.test.ts'],
  },
  {
    name: 'early-answers-are-not-repeated',
    row: 'R37',
    file: 'src/worker/repeats.ts',
    find: 'if (this.#ports.offer(frame)) this.#sent += 1',
    replace: 'if (frame.length > 0) this.#sent += 1',
    tests: ['test/reliability/early-answers-reach-their-callers.test.ts'],
  },
  {
    name: 'repeats-outlive-their-link',
    row: 'R37',
    file: 'src/worker/repeats.ts',
    find: '    this.#timer?.cancel()\n    this.#fresh = []',
    replace: '',
    tests: ['test/regression/answers-overtook-their-note.test.ts'],
  },
  {
    name: 'bursts-are-not-acknowledged',
    row: 'R37',
    file: 'src/transport/ws-transport.ts',
    find: 'this.#isMoreExpected?.() === true) this.#ws.pong()',
    replace: 'this.#isMoreExpected?.() === false) this.#ws.pong()',
    tests: ['test/regression/bursts-waited-for-acknowledgements.test.ts'],
  },
  {
    name: 'departures-do-not-restore-topics',
    row: 'R9',
    file: 'src/worker/topic-repair.ts',
    find: "if (event !== 'worker_connected') this.#repairSoon()",
    replace: "if (event === 'worker_connected') this.#repairSoon()",
    tests: ['test/reliability/topics-outlive-releases.test.ts'],
  },
  {
    name: 'functions-are-released-before-triggers',
    row: 'R9',
    file: 'src/worker/workarounds.ts',
    find: "releaseTriggersFirst: !given.has('functions-handed-over')",
    replace: "releaseTriggersFirst: given.has('functions-handed-over')",
    tests: ['test/regression/leaving-subscriber-silenced-its-topic.test.ts'],
  },
]
