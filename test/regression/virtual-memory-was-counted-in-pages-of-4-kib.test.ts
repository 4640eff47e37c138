import { expect, onTestFinished, test, vi } from 'vitest'

const STATUS = 'Name:\tnode\nVmPeak:\t  900000 kB\nVmSize:\t  800000 kB\nVmRSS:\t   50000 kB\n'

test('the size of the address space is the value that Linux reports in kB, for any page size', async () => {
  vi.resetModules()
  vi.doMock('node:fs', () => ({
    // The same size in pages of 64 KiB, as some machines have them.
    readFileSync: (path: string) => (path.endsWith('/statm') ? '12500 781 600 1 0 700 0' : STATUS),
  }))
  onTestFinished(() => {
    vi.doUnmock('node:fs')
    vi.resetModules()
  })
  vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
  const { WorkerMetricsCollector } = await import('../../src/sdk/telemetry/metrics/worker-metrics.js')
  const collector = new WorkerMetricsCollector()
  expect(collector.collect().memory_virtual).toBe(800_000 * 1024)
  collector.stopMonitoring()
})
