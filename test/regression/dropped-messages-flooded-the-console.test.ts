import { expect, test, vi } from 'vitest'
import { createReport } from '../../src/sdk/worker/diagnostics/diagnostics.js'

test('repeated diagnostics of one kind are written to the console at the first one and at powers of ten', () => {
  const lines: string[] = []
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void lines.push(line))
  const report = createReport('console')
  for (let index = 0; index < 1_000; index += 1) report({ kind: 'frame_dropped', reason: `message ${index}` })
  report({ kind: 'unreadable_frame', code: 'MALFORMED_FRAME', detail: 'another kind counts on its own' })

  expect(lines).toHaveLength(5)
  expect(lines[3]).toContain('1000')
})
