import { expect, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { defineSignal, defineWorkflow, serveWorkflow, startWorkflow } from '../../src/entry/workflow.js'
import { EIGHTY_COLUMNS, runCommand, startCommand } from '../kit/cli-terminal.js'
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
    expect(await cli('ls', 'ask', '--limit', '1')).toMatchObject({
      out: expect.stringMatching(/^WORKFLOW.*\nask +two .*\n$/) as string,
      err: expect.stringContaining('The newest 1 of 2 runs') as string,
    })
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

test.each([
  ['terminal', EIGHTY_COLUMNS],
  ['pipe', undefined],
])('the output on a %s equals the recorded one', { timeout: 30_000 }, async (kind, screen) => {
  await using engine = await testEngine()
  await using worker = registerWorker(engine.url, {
    otel: { enabled: true, spansFlushIntervalMs: 20 },
    workerName: 'shop',
  })
  const ship = defineWorkflow({ id: 'orders::ship', version: 2 }, async (flow, order: { sku: string }) => {
    const reserve = ({ attempt }: { attempt: number }): string => {
      if (attempt === 1) throw new Error('shelf 7 is locked')
      return order.sku
    }
    await flow.step('reserve', reserve, { retry: { backoff: '10ms' }, undo: () => undefined })
    await flow.waitFor(approve, { key: 'o-1' })
    await flow.step('label', () => Promise.reject(new Error('the printer is out of paper')), { retry: { attempts: 1 } })
  })
  serveWorkflow(worker, ship)
  await worker.ready()
  const run = await startWorkflow(worker, ship, { sku: 'tea' }, { runId: 'o-1' })
  await expect.poll(async () => (await run.status()).state).toBe('waiting')
  let golden = ''
  const answer = async (line: string): Promise<void> => {
    const { code, stdout, stderr } = await runCommand([...line.split(' '), '--url', engine.url], screen && { screen })
    golden += `$ iii-node ${stable(line)}\n${stable(stdout + stderr)}(exit code ${String(code)})\n\n`
  }
  for (const line of ['runs ls', 'runs show orders::ship o-1', 'runs pause orders::ship o-1']) await answer(line)
  for (const line of ['runs ls --state held', 'runs resume orders::ship o-1']) await answer(line)
  // The resumed run waits again, so that the signal always finds it at rest.
  await expect.poll(() => run.status()).toMatchObject({ state: 'waiting', claims: 2 })
  await answer('runs signal orders::ship o-1 approve true --signal-key o-1')
  await run.result().catch(() => undefined)
  for (const line of ['runs ls', 'runs show orders::ship o-1', 'runs retry orders::ship o-1 --from nothing'])
    await answer(line)
  await answer('runs cancel orders::ship o-1')
  const { traceId } = await run.status()
  await worker.telemetry.flush()
  await expect
    .poll(async () => (await runCommand(['traces', traceId, '--url', engine.url])).stdout)
    .toContain('undo reserve')
  await answer(`traces ${traceId}`)
  await expect(golden).toMatchFileSnapshot(`golden/runs-in-a-${kind}.txt`)
})

/** Times and ids replaced by text of the same kind. */
function stable(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/ *\d+(\.\d+)? (ms|s|µs|min)\b/g, ' <duration>')
    .replace(/ *[█▒]+$/gm, ' <bar>')
    .replace(/\b[0-9a-f]{32}\b/g, '<trace>')
}
