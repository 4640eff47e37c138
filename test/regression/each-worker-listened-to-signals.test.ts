import { expect, onTestFinished, test } from 'vitest'
import { installSignalHandlers, registerWorker } from 'iii-node'

test('eleven workers share one listener for each signal, and Node warns of no leak', async () => {
  const warnings: string[] = []
  const note = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const count = () => process.listenerCount('SIGTERM')
  const before = count()
  const workers = Array.from({ length: 11 }, () =>
    registerWorker('ws://127.0.0.1:1', { autoConnect: false, diagnostics: 'silent', otel: { enabled: false } }),
  )
  const disposals = workers.map((worker) => installSignalHandlers(worker))
  expect(count()).toBe(before + 1)
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings).toEqual([])
  for (const dispose of disposals) dispose()
  expect(count()).toBe(before)
  await Promise.all(workers.map((worker) => worker.shutdown()))
})
