import { expect, onTestFinished, test } from 'vitest'
import { commands } from '../../src/cli/commands.js'
import { remoteOf } from '../../src/cli/commands/ask/connection.js'
import { completionOf } from '../../src/cli/commands/write/completion.js'
import { runTool } from '../../src/cli/mcp/tools.js'
import { createTestEngine } from '../../src/entry/testing.js'
import { runCommand } from '../kit/cli-terminal.js'

async function shop() {
  const engine = await createTestEngine()
  onTestFinished(() => engine.close())
  const worker = engine.connect()
  worker.registerFunction('echo', (value: unknown) => ({ value }))
  worker.registerFunction('fail', () => {
    throw new Error('no stock')
  })
  worker.registerTrigger({ type: 'durable:subscriber', function_id: 'echo', config: { topic: 'orders' } })
  await worker.ready()
  const use = async (name: string, input: object) => {
    const { content, isError = false } = await runTool(
      remoteOf(worker, undefined),
      { name, input },
      { allowsWrites: true },
    )
    return (isError ? 'failed: ' : '') + content.map(({ text }) => text).join('')
  }
  return { engine, use }
}

test('tools refuse values outside a choice and unknown dead letters, and pass null on', async () => {
  const { use } = await shop()
  expect(await use('list_traces', { status: 'failed' })).toBe(
    'failed: `status` must be one of ok, error, got the string "failed"',
  )
  expect(await use('read_trace', { trace_id: 'abc', detail: 'all' })).toContain('must be one of drawn, full')
  expect(await use('redrive', { queue: 'orders', message_id: 'm1' })).toBe('failed: orders has no dead letter m1')
  expect(JSON.parse(await use('call_function', { function_id: 'echo', payload: null }))).toEqual({ value: null })
  expect(await use('call_function', { function_id: 'fail' })).toBe('failed: invocation_failed: no stock')
})

test('a queue has no subscribers, and an unknown dead letter is an error alone', async () => {
  const { engine, use } = await shop()
  expect(JSON.parse(await use('list_queues', {}))).toEqual([
    { name: 'default', dead_letters: 0 },
    { name: 'orders', subscriber_count: 1, dead_letters: 0 },
  ])
  const unknown = await runCommand(['queues', 'orders', 'redrive', 'm1', '--url', engine.url])
  expect(unknown).toEqual({ code: 4, stdout: '', stderr: expect.stringContaining('no dead letter m1') as string })
  const { stdout } = await runCommand(['queues', 'orders', '--url', engine.url])
  expect(stdout).toContain('orders: 0 waiting or running, 1 subscriber, 0 dead letters')
  expect((await runCommand(['queues', 'default', '--url', engine.url])).stdout).toBe(
    'default: 0 waiting or running, runs up to 10 at a time, 0 dead letters\n',
  )
  for (const args of [[], ['--dead'], ['redrive']]) {
    const { code, stderr } = await runCommand(['queues', 'order', ...args, '--url', engine.url])
    expect([code, stderr]).toEqual([
      4,
      'iii-node queues: the engine lists no queue or topic order; did you mean orders?\n',
    ])
  }
})

test('connections of commands are in no list of workers', async () => {
  const { engine, use } = await shop()
  const assistant = engine.connect({ workerName: 'iii-node-mcp:4711' })
  await assistant.ready()
  const names = async (...args: string[]) => {
    const { stdout } = await runCommand(['ls', 'workers', '--json', '--url', engine.url, ...args])
    return (JSON.parse(stdout) as { workers: { name: string }[] }).workers.map(({ name }) => name)
  }
  expect(await names()).toHaveLength(1)
  expect(await use('list', { kind: 'workers' })).not.toContain('iii-node-mcp')
  expect(await names('--all')).toContain('iii-node-mcp:4711')
})

test('fish offers the options of the first word, also when a later one is the name of a command', async () => {
  let script = ''
  const terminal = { out: (text: string) => (script += text) } as unknown as Parameters<
    ReturnType<typeof completionOf>
  >[1]
  await completionOf(commands)(['fish'], terminal)
  expect(script).not.toContain('__fish_seen_subcommand_from')
  expect(script).toContain("-n 'contains -- queues (commandline -opc)[2]' -l dead")
  expect(script).toContain('-l help')
})
