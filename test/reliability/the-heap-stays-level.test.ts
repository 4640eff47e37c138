import { expect, test } from 'vitest'
import { runChild } from '../kit/compiled-project.js'

const LIMIT_BYTES = 2 * 1024 * 1024
const LIMIT_MS = 240_000

interface Lived {
  readonly kind: string
  readonly retainedBytes: number
  readonly server: Readonly<Record<string, number>>
  readonly caller: Readonly<Record<string, number>>
  readonly engine: Readonly<Record<string, number>>
}

/** Heap and counters of a process after each kind of work; `works` maps a kind to its number of repetitions. */
async function lives(works: Readonly<Record<string, number>>): Promise<readonly Lived[]> {
  const args = Object.entries(works).map(([kind, count]) => `${kind}=${String(count)}`)
  const child = runChild('heap-plateau', args, { nodeArgs: ['--expose-gc'] })
  expect(await child.exit(LIMIT_MS), child.output).toMatchObject({ code: 0 })
  const lived = child.stdout.trim().split('\n')
  return lived.map((line) => JSON.parse(line) as Lived)
}

const FUNCTIONS_OF_SERVER = 3

/** Checks that neither end keeps state of the work, in any map. */
function expectLevel(lived: readonly Lived[], works: object): void {
  expect(lived.map(({ kind }) => kind)).toEqual(Object.keys(works))
  const empty = { pendingCalls: 0, runningInvocations: 0, waitingInvocations: 0, queuedMessages: 0, queuedBytes: 0 }
  for (const { kind, retainedBytes, server, caller, engine } of lived) {
    expect({ kind, server }).toMatchObject({ server: { ...empty, registeredFunctions: FUNCTIONS_OF_SERVER } })
    expect({ kind, caller }).toMatchObject({ caller: { ...empty, registeredFunctions: 0, registeredTriggers: 0 } })
    expect({ kind, engine }).toMatchObject({
      engine: { sessions: 2, pendingCalls: 0, channels: 0, triggers: 0, parkedTriggers: 0 },
    })
    expect(engine['functions']).toBe(lived[0]?.engine['functions'])
    expect({ kind, retainedBytes }).toSatisfy(() => retainedBytes <= LIMIT_BYTES)
  }
  if (process.env['SHOW_FIGURES'] === undefined) return
  for (const { kind, retainedBytes } of lived) process.stdout.write(`${kind}: ${String(retainedBytes)} B\n`)
}

test(
  'memory of calls, registrations and channels is free again, in the client and in the engine',
  async () => {
    const works = { calls: 100_000, registrations: 10_000, channels: 1_000 }
    expectLevel(await lives(works), works)
  },
  LIMIT_MS,
)

test(
  'memory of calls, links, registrations and channels that failed in any way is free again',
  async () => {
    const works = {
      'failed calls': 2_000,
      'unknown functions': 2_000,
      'unwritable payloads': 2_000,
      'calls given up': 2_000,
      'calls timed out': 2_000,
      'links lost': 300,
      'refused registrations': 2_000,
      'failed channels': 200,
    }
    expectLevel(await lives(works), works)
  },
  LIMIT_MS,
)

test(
  'the measurement detects retained memory',
  async () => {
    const [lived] = await lives({ leak: 50_000 })
    expect(lived?.retainedBytes).toBeGreaterThan(LIMIT_BYTES)
  },
  LIMIT_MS,
)
