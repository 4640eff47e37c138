/**
 * Checks that the tests of the reliability rows can fail: plants each fault of `test/faults/list/*.ts` in a copy of the
 * project and expects a test there to fail. `npm run test:faults` for all, `-- R15 word …` for those of a row or whose
 * name or list contains a word, `-- --list` to list them. Exit code 1 if a fault is not detected.
 *
 * A list is a file that exports `faults: readonly Fault[]` (test/faults/plant.ts).
 */
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { planted, runSimulator, runTests, type Fault, type TestsEnd } from '../test/faults/plant.js'
import { flawOfSoundRun, verdictOn } from '../test/faults/verdict.js'

const FOLDER = resolve('test', 'faults', 'list')
const LIMIT_MS = 300_000

interface Listed {
  readonly list: string
  readonly fault: Fault
}

async function readLists(): Promise<Listed[]> {
  const lists = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'))
  const all = await Promise.all(
    lists.sort().map(async (list) => {
      const { faults } = (await import(join(FOLDER, list))) as { readonly faults: readonly Fault[] }
      return faults.map((fault) => ({ list, fault }))
    }),
  )
  return all.flat()
}

function lookFor(fault: Fault, root: string): Promise<TestsEnd> {
  return 'tests' in fault ? runTests(root, fault.tests, LIMIT_MS) : runSimulator(root, fault, LIMIT_MS)
}

/** The result for one fault; only `found` is a success. */
async function tryOut({ fault }: Listed): Promise<string> {
  try {
    return verdictOn(fault, await planted(fault, (root) => lookFor(fault, root)))
  } catch (error) {
    return `NOT PLANTED: ${String(error)}`
  }
}

/** A test that fails without a fault would detect every fault, and so would one that barely meets its time limit. */
async function mustPass(fault: Fault): Promise<string | undefined> {
  const startedAt = performance.now()
  const end = await planted(undefined, (root) => lookFor(fault, root))
  return flawOfSoundRun(end, performance.now() - startedAt, LIMIT_MS)
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const all = await readLists()
const wanted = all.filter(({ list, fault }) => {
  const isMeant = (word: string): boolean =>
    /^R\d+$/.test(word) ? word === fault.row : `${list} ${fault.name}`.includes(word)
  return words.length === 0 || words.some(isMeant)
})
const names = all.map(({ fault }) => fault.name)
const twice = names.filter((name, index) => names.indexOf(name) !== index)
if (twice.length > 0) throw new Error(`two faults of one name: ${twice.join(', ')}`)

const isListing = process.argv.includes('--list')
let missed = 0
const sound = new Map<string, string | undefined>()
for (const { list, fault } of wanted) {
  const line = `${fault.row.padEnd(5)} ${fault.name} (${list})`
  if (isListing) {
    console.log(line)
    continue
  }
  const startedAt = performance.now()
  const key = 'tests' in fault ? fault.tests.join(' ') : `simulator ${fault.seeds} ${String(fault.flags)}`
  if (!sound.has(key)) sound.set(key, await mustPass(fault))
  const outcome = sound.get(key) ?? (await tryOut({ list, fault }))
  if (!outcome.startsWith('found')) missed += 1
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}: ${outcome}`)
}
if (!isListing) console.log(`faults: ${wanted.length - missed} of ${wanted.length} found`)
if (wanted.length === 0) console.error('no fault of that name')
process.exitCode = missed > 0 || wanted.length === 0 ? 1 : 0
