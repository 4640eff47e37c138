import { expect, test } from 'vitest'
import { FREE_PORTS } from '../kit/cli.js'
import { devProject as project, startDev as started, workerCode } from '../kit/dev-project.js'

const refused = workerCode(
  1,
  `registerWorker(undefined, { workerName: 'twin' }).registerFunction('version', () => 2)
worker.registerTrigger({ type: 'cron', function_id: 'version', config: { expression: 'never' } })
worker.registerTrigger({ type: 'nosuch', function_id: 'version', config: {} })
await worker.ready({ allowRefused: true })
await wait(300)
await worker.trigger({ function_id: 'nowhere', payload: {} }).catch(() => console.log('all was tried'))`,
).replace(", diagnostics: 'silent'", '')

test('each refusal and each trigger that waits is printed once', { timeout: 60_000 }, async () => {
  const { file } = await project(refused)
  const { child } = await started(file, [...FREE_PORTS, '--log-format', 'text'])
  await child.says(/all was tried/)
  // Either worker may be the first.
  await child.says(/The function `version` of worker \S+ was refused[^\n]*\n[^\n]*onConflict: 'wait'/)
  await child.stop()
  for (const failure of [
    /refused.* owns it|FUNCTION_NAMESPACE_CONFLICT/g,
    /Invalid cron expression/g,
    /`nosuch`|'nosuch'/g,
  ]) {
    expect(child.output.match(failure), String(failure)).toHaveLength(1)
  }
  expect(child.output).not.toContain('[iii]')
})
