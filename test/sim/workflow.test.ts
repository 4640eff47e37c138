/**
 * Workflows under kills as a test: seeds from 1 on, 2,000 in every run and 20,000 at night, or what `SEEDS` says. In every
 * third seed the engine forgets its last interval. A seed that fails is shrunk; `npm run sim -- --workflow --seed N --trace`
 * shows its course.
 */
import { expect, test } from 'vitest'
import { describeFailure } from './report.js'
import { WORKFLOWS } from './workflow-run.js'

const isNightly = process.env['TIER'] === 'nightly'
const seeds = Number(process.env['SEEDS'] ?? (isNightly ? 20_000 : 2_000))
const LIMIT_MS = isNightly ? 2 * 3_600_000 : 600_000

test(
  'no run is lost or ends twice, no journaled step runs again, and undo takes back what ran',
  { timeout: LIMIT_MS },
  async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const verdict = await WORKFLOWS.run(WORKFLOWS.generate(seed))
      if (verdict.problems.length > 0) expect.fail(await describeFailure(WORKFLOWS, verdict, true))
    }
  },
)

test('a seed of workflows causes the same events each time', { timeout: 60_000 }, async () => {
  for (const seed of [3, 4, 5]) {
    const [one, two] = [await WORKFLOWS.run(WORKFLOWS.generate(seed)), await WORKFLOWS.run(WORKFLOWS.generate(seed))]
    expect(two.hash).toBe(one.hash)
    expect(one.events).toBeGreaterThan(50)
  }
})
