import { expect, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { defineSignal, defineWorkflow, serveWorkflow, startWorkflow } from '../../src/entry/workflow.js'
import { EIGHTY_COLUMNS, startCommand } from '../kit/cli-terminal.js'
import { testEngine } from '../kit/local-rig.js'

const approve = defineSignal({ name: 'approve' })
const service = { isBroken: true }
const ask = defineWorkflow({ id: 'ask' }, async (flow, question: string) => {
  await flow.step('write', () => question.length)
  const answer = (await flow.waitFor(approve, { key: 'k' })) as string
  const answered = (): string => {
    if (service.isBroken) throw new Error('refused')
    return answer
  }
  return flow.step('answer', answered, { retry: { attempts: 1 } })
})

test(
  'runs are listed, shown, signalled, cancelled and retried from the command line',
  { timeout: 30_000 },
  async () => {
    await using engine = await testEngine()
    await using worker = registerWorker(engine.url, { otel: { enabled: false } })
    serveWorkflow(worker, ask)
    await worker.ready()
    const cli = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
      const command = startCommand(['runs', ...args, '--url', engine.url])
      const code = await command.exitCode
      return { code, out: command.stdout(), err: command.stderr() }
    }
    const state = async (id: string): Promise<string> => {
      const { out } = await cli('show', 'ask', id, '--json')
      return (JSON.parse(out) as { status: { state: string } }).status.state
    }
    const runs = [
      await startWorkflow(worker, ask, 'one?', { runId: 'one' }),
      await startWorkflow(worker, ask, 'two?', { runId: 'two' }),
    ]
    await expect.poll(() => state('one')).toBe('waiting')
    await expect.poll(() => state('two')).toBe('waiting')

    const listed = await cli('ls', 'ask', '--state', 'waiting')
    expect(listed.out).toMatch(/ask +one +waiting .* signal approve\/k/)
    const shown = startCommand(['runs', 'show', 'ask', 'one', '--url', engine.url], { screen: EIGHTY_COLUMNS })
    expect(await shown.exitCode).toBe(0)
    expect(shown.stdout()).toMatch(/write +step +completed +1/)

    expect((await cli('signal', 'ask', 'one', 'approve', '"no"', '--signal-key', 'k')).code).toBe(0)
    await expect(runs[0]?.result()).rejects.toMatchObject({ detail: 'refused' })
    service.isBroken = false
    expect((await cli('retry', 'ask', 'one', '--from', 'approve/k')).code).toBe(0)
    await expect.poll(() => state('one')).toBe('completed')
    expect((await cli('cancel', 'ask', 'two')).code).toBe(0)
    await expect(runs[1]?.result()).rejects.toMatchObject({ code: 'WORKFLOW_CANCELLED' })

    expect(await cli('show', 'ask', 'three')).toMatchObject({
      code: 4,
      err: expect.stringContaining('there is no run three of ask') as string,
    })
    expect(await cli('stop', 'ask', 'one')).toMatchObject({ code: 2 })
  },
)
