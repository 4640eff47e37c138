import { expect, test } from 'vitest'
import { judgeInLanes } from '../../conformance/lanes.js'
import { readOptions, selector } from '../../conformance/options.js'
import { summary, verdictLines } from '../../conformance/report.js'
import { judge, type JudgeOptions, type Verdict } from '../../conformance/verdict.js'

const options: JudgeOptions = { targets: { main: 'ws://x' }, assumptions: [], limitMs: 50, notYetSupported: new Map() }
const good = { about: 'good', steps: [{ set: { a: 1 } }] }
const bad = { about: 'bad', steps: [{ set: { a: '${unset}' } }] }

test('A scenario passes, or fails with its step', async () => {
  expect(await judge('x/good', good, options)).toMatchObject({ kind: 'passed', id: 'x/good' })
  const failed = await judge('x/bad', bad, options)
  expect(failed).toMatchObject({ kind: 'failed' })
  expect(failed.reason).toMatch(/^step 1 [^]*unknown variable/)
})

test('A listed scenario has to fail: one that passes fails the run', async () => {
  const listed = { ...options, notYetSupported: new Map([['x/s', 'needs work']]) }
  expect(await judge('x/s', bad, listed)).toMatchObject({ kind: 'unsupported', reason: 'needs work' })
  const passing = await judge('x/s', good, listed)
  expect(passing.kind).toBe('failed')
  expect(passing.reason).toContain('it passes')
})

test('A scenario without its address or assumption is skipped, and played with it', async () => {
  const needy = { ...good, needs: ['rbac', 'no-queue-provider'] as const }
  expect(await judge('x/s', needy, options)).toMatchObject({ kind: 'skipped', reason: 'needs rbac, no-queue-provider' })
  const given = { ...options, targets: { main: 'ws://x', rbac: 'ws://y' }, assumptions: ['no-queue-provider'] }
  expect(await judge('x/s', needy, given)).toMatchObject({ kind: 'passed' })
})

test('The report counts by area and ends with the sum', () => {
  const verdict = (id: string, kind: Verdict['kind']): Verdict => ({
    id,
    kind,
    about: 'about',
    reason: 'why',
    tookMs: 1,
  })
  const all = [
    verdict('b/1', 'passed'),
    verdict('b/2', 'failed'),
    verdict('a/1', 'skipped'),
    verdict('a/2', 'unsupported'),
  ]
  expect(summary(all).split('\n')).toEqual([
    'a                1 not yet supported, 1 skipped',
    'b                1 passed, 1 failed',
    '1 not yet supported',
    '1 skipped for want of an address or an assumption',
    '1 passed, 1 failed',
  ])
  expect(all.map(verdictLines)).toEqual([
    'ok    b/1 (1 ms)',
    'FAIL  b/2: about\n      why',
    'skip  a/1 (why)',
    'todo  a/2 (why)',
  ])
})

test('Globs select by area or by id', () => {
  expect(['state/1', 'state-x/1', 'http/1-null'].filter(selector(['state', '*null*']))).toEqual([
    'state/1',
    'http/1-null',
  ])
  expect(['state/1'].filter(selector([]))).toEqual(['state/1'])
})

test('The command line rejects invalid arguments', () => {
  expect(readOptions(['--url', 'ws://x', '--http', 'http://y']).targets).toEqual({ main: 'ws://x', http: 'http://y' })
  expect(() => readOptions(['--http', 'http://y'])).toThrow('need --url')
  expect(() => readOptions(['--repeat', '0'])).toThrow('--repeat must be a whole number from 1, got 0')
  expect(() => readOptions(['--nonsense'])).toThrow('--nonsense')
})

test('Lanes run areas in parallel and in order within each, and return verdicts in the given order', async () => {
  const ids = ['a/1', 'b/1', 'b/2', 'c/1']
  const played: string[][] = []
  let closed = 0
  const verdicts = await judgeInLanes(ids, 2, async () => {
    const own: string[] = []
    played.push(own)
    return {
      async judge(id) {
        own.push(id)
        return { id, kind: 'passed', about: '', tookMs: 0 }
      },
      async close() {
        closed += 1
      },
    }
  })
  expect(verdicts.map(({ id }) => id)).toEqual(ids)
  expect(played.find((lane) => lane.includes('b/1'))).toEqual(expect.arrayContaining(['b/1', 'b/2']))
  expect([played.length, closed]).toEqual([2, 2])
})
