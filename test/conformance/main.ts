/**
 * Plays the recorded conversations against the local engine, or against one that already runs. Exit code 1 when
 * something failed, 2 for an unusable command line.
 */
import { judgeInLanes, type Lane } from './lanes.js'
import { startLocalEngine } from './local-engine.js'
import { NOT_YET_SUPPORTED } from './not-yet-supported.js'
import { readOptions, USAGE, type RunnerOptions } from './options.js'
import { summary, verdictLines } from './report.js'
import { listOwnScenarios, listScenarios, readScenario } from './scenario.js'
import type { Targets } from './stage.js'
import { judge, type Verdict } from './verdict.js'

const NONE: ReadonlyMap<string, string> = new Map()

async function main(options: RunnerOptions): Promise<boolean> {
  const all = [...(await listScenarios()), ...(await listOwnScenarios())]
  const strangers = [...NOT_YET_SUPPORTED.keys()].filter((id) => !all.includes(id))
  if (strangers.length > 0) throw new Error(`listed as not yet supported, but no scenarios: ${strangers.join(', ')}`)
  const ids = all.filter(options.isSelected)
  if (ids.length === 0) throw new Error('no scenario is selected')

  const verdicts: Verdict[] = []
  for (let round = 0; round < options.rounds; round++) verdicts.push(...(await playAll(ids, options)))
  console.log(`\n${summary(verdicts)}`)
  return verdicts.every(({ kind }) => kind !== 'failed')
}

function playAll(ids: readonly string[], options: RunnerOptions): Promise<Verdict[]> {
  const { targets } = options
  // One engine that already runs is one lane: its owner has not promised more.
  if (targets !== undefined) return judgeInLanes(ids, 1, async () => laneOn(targets, options, async () => {}))
  return judgeInLanes(ids, options.lanes, async () => {
    const engine = await startLocalEngine()
    return laneOn(engine.targets, options, () => engine.close())
  })
}

function laneOn(targets: Targets, options: RunnerOptions, close: () => Promise<void>): Lane {
  const notYetSupported = options.targets === undefined ? NOT_YET_SUPPORTED : NONE
  return {
    close,
    async judge(id) {
      const verdict = await judge(id, await readScenario(id), { ...options, targets, notYetSupported })
      if (verdict.kind !== 'passed' || options.verbose) console.log(verdictLines(verdict))
      return verdict
    },
  }
}

function optionsOrExit(): RunnerOptions {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}

process.exitCode = (await main(optionsOrExit())) ? 0 : 1
