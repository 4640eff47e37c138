import { expect, test } from 'vitest'
import { callTree } from '../../../bench/call-tree.js'
import { flameGraph } from '../../../bench/flame-graph.js'
import { profileProcesses, profilerFlags } from '../../../bench/profiler-flags.js'
import { collapsedStacks, selfTimes } from '../../../bench/self-times.js'

const node = (id: number, functionName: string, line: number, children: number[] = []) => ({
  id,
  children,
  callFrame: {
    functionName,
    url: line === 0 ? '' : 'file:///a/b/c/d.js',
    lineNumber: line,
    columnNumber: 0,
    scriptId: '1',
  },
})

/** `work` calls itself and a function without a name; most of the time nothing happens. */
const tree = callTree({
  nodes: [
    node(1, '(root)', 0, [2, 3]),
    node(2, '(idle)', 0),
    node(3, 'work', 9, [4, 5]),
    node(4, 'work', 9),
    node(5, '', 19),
  ],
  startTime: 0,
  endTime: 200,
  samples: [2, 3, 4, 5],
  timeDeltas: [100, 50, 25, 25],
})

test('Self times add up by function, without the time spent waiting', () => {
  expect(selfTimes(tree)).toEqual([
    { name: 'work', place: 'b/c/d.js:10', selfUs: 75, share: 0.75 },
    { name: '(anonymous)', place: 'b/c/d.js:20', selfUs: 25, share: 0.25 },
  ])
})

test('Stacks are written from the outermost function to the one that ran', () => {
  expect(collapsedStacks(tree)).toBe(
    [
      'work (b/c/d.js:10) 50',
      'work (b/c/d.js:10);work (b/c/d.js:10) 25',
      'work (b/c/d.js:10);(anonymous) (b/c/d.js:20) 25',
    ]
      .map((line) => `${line}\n`)
      .join(''),
  )
})

test('A flame graph has a box per function, as wide as its time, and its names are escaped', () => {
  const svg = flameGraph(tree, 'p0 <all>')
  expect(svg).toContain('p0 &lt;all&gt;')
  expect([...svg.matchAll(/<title>([^,]+),.*?width="([\d.]+)"/g)].map(([, name, width]) => [name, width])).toEqual([
    ['all ', '1400.0'],
    ['work b/c/d.js:10', '1400.0'],
    ['work b/c/d.js:10', '350.0'],
    ['(anonymous) b/c/d.js:20', '350.0'],
  ])
})

test('Only processes of the selected side are profiled, and none by default', () => {
  expect(profilerFlags(['end', 'ours', 'ws://127.0.0.1:1'])).toEqual([])
  profileProcesses({ folder: '/profiles', side: 'ours' })
  try {
    expect(profilerFlags(['end', 'raw', 'ws://127.0.0.1:1'])).toEqual([])
    expect(profilerFlags(['end', 'ours', 'ws://127.0.0.1:1'])).toContain('--cpu-prof-name=end-ours-1.cpuprofile')
  } finally {
    delete process.env['BENCH_PROFILE_FOLDER']
    delete process.env['BENCH_PROFILE_SIDE']
  }
})
