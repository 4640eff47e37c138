/** Prints `N passed, N failed[, N skipped]` from vitest's JSON report, the sum that a reader of a long log looks for. */
import { readFileSync } from 'node:fs'

interface VitestReport {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
}

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: count-tests <vitest report.json>')

const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport
const skipped = report.numPendingTests + report.numTodoTests
const parts = [`${report.numPassedTests} passed`, `${report.numFailedTests} failed`]
if (skipped > 0) parts.push(`${skipped} skipped`)
console.log(parts.join(', '))
if (!report.success || report.numPassedTests === 0) process.exitCode = 1
