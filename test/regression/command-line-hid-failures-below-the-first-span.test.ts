import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../kit/cli-terminal.js'
import { consoleStage, type ConsoleStage } from '../console/console-stage.js'

let stage: ConsoleStage

beforeAll(async () => {
  stage = await consoleStage()
}, 30_000)
afterAll(() => stage.close())

interface TraceRow {
  readonly trace_id: string
  readonly name: string
  readonly status: string
}

async function traces(...options: string[]): Promise<readonly TraceRow[]> {
  const { stdout } = await runCommand(['traces', '--json', ...options, '--url', stage.engine.url])
  return (JSON.parse(stdout) as { readonly traces: readonly TraceRow[] }).traces
}

test('traces lists a trace once, also one in which only a job failed', async () => {
  const failed = await traces('--status', 'error')
  expect(failed.map(({ name, status }) => `${name} ${status}`)).toEqual(['POST /orders error', 'POST /orders error'])
  expect(await traces('--function', 'prices::find')).toHaveLength(3)
  expect(await traces('--function', 'prices::find', '--limit', '1')).toHaveLength(1)
})

test('a drawn trace shows each error once, without the stack of the record about it', async () => {
  const [newest] = await traces('--status', 'error')
  const { stdout } = await runCommand(['traces', newest?.trace_id ?? '', '--url', stage.engine.url])
  expect(stdout).toContain('! There is no price for kettle')
  expect(stdout).toContain('Order received')
  expect(stdout).not.toContain('An invocation failed')
})

test('logs finds a trace by the digits that dev prints, and shows of a stack its first frame', async () => {
  const [newest] = await traces('--status', 'error')
  const { stdout } = await runCommand([
    'logs',
    '--trace',
    newest?.trace_id.slice(0, 12) ?? '',
    '--url',
    stage.engine.url,
  ])
  expect(stdout).toContain('Order received')
  expect(stdout).toContain('prices.ts:12:37')
  expect(stdout.split('\n').every((line) => line.length < 700)).toBe(true)
})
