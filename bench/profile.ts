/**
 * Profiles both ends of one side under the load of a suite and prints where their time goes, by function.
 *
 *     npm run bench:profile -- [p1|p3|p4] [raw|peer|ours] [--calls n] [--top n] [--no-build]
 *
 * The profiles are also written to `temp/profile/`, to be opened in a browser's developer tools.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { prepare } from './compile.js'
import { MeasuredProcess } from './measured-process.js'
import { Pair } from './pair.js'
import { SIDE_NAMES, TRACED_SIDE_NAMES } from './processes/side.js'
import { selfTimes, type SelfTime } from './self-times.js'
import { CALL_LOADS } from './suites/calls.js'

const FOLDER = fileURLToPath(new URL('../temp/profile/', import.meta.url))
const WARM_UP_RUNS = 2

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: 'string' },
    top: { type: 'string', default: '25' },
    'no-build': { type: 'boolean', default: false },
  },
})
const [suite = 'p1', side = 'ours'] = positionals
const suiteLoad = CALL_LOADS.get(suite)
if (suiteLoad === undefined) throw new Error(`no load for ${suite}; there are ${[...CALL_LOADS.keys()].join(', ')}`)
const sides = [...SIDE_NAMES, ...TRACED_SIDE_NAMES]
if (!sides.some((name) => name === side)) throw new Error(`no side ${side}; there are ${sides.join(', ')}`)
const load = { ...suiteLoad, calls: Number(values.calls ?? suiteLoad.calls) }

prepare({ build: !values['no-build'] })
await using relay = await MeasuredProcess.start('relay')
await using pair = await Pair.start(side, await relay.tell<string>('url'))
for (let run = 0; run < WARM_UP_RUNS; run++) await pair.run(load)

mkdirSync(FOLDER, { recursive: true })
for (const end of ['caller', 'callee'] as const) {
  const profile = await pair[end].profiled(() => pair.run(load))
  const file = `${FOLDER}${suite}-${side}-${end}.cpuprofile`
  writeFileSync(file, JSON.stringify(profile))
  console.log(`\n${side} ${end}, ${suite}: self time per call, ${load.calls} calls (${file})`)
  print(selfTimes(profile).slice(0, Number(values.top)))
}

function print(times: readonly SelfTime[]): void {
  for (const { name, place, selfUs, share } of times) {
    const perCall = `${(selfUs / load.calls).toFixed(2)} µs`.padStart(10)
    console.log(`${perCall}  ${(share * 100).toFixed(1).padStart(5)} %  ${name.padEnd(32)} ${place}`)
  }
}
