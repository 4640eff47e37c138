/**
 * Prints failed tests and `N passed, N failed[, N skipped]` from the JSON reports of vitest, as a summary of a long
 * log.
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

interface VitestReport {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** Only the beginning of each failure; the full text is further up in the log. */
const SHOWN_LINES = 6

const files = process.argv.slice(2)
if (files.length === 0) throw new Error('usage: count-tests <vitest report.json>…')
const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as VitestReport)

for (const { name, status, message, assertionResults } of reports.flatMap(({ testResults }) => testResults)) {
  const failures = assertionResults.filter((result) => result.status === 'failed')
  if (status === 'failed' && failures.length === 0) console.log(`FAIL ${relative('', name)}\n${message}`)
  for (const { fullName, failureMessages } of failures) {
    const reason = failureMessages.join('\n').split('\n').slice(0, SHOWN_LINES).join('\n')
    console.log(`FAIL ${relative('', name)}: ${fullName}\n${reason}`)
  }
}

const sum = (count: (report: VitestReport) => number): number =>
  reports.reduce((total, report) => total + count(report), 0)
const passed = sum((report) => report.numPassedTests)
const failed = sum((report) => report.numFailedTests)
const skipped = sum((report) => report.numPendingTests + report.numTodoTests)
const parts = [`${passed} passed`, `${failed} failed`]
if (skipped > 0) parts.push(`${skipped} skipped`)
console.log(parts.join(', '))
if (reports.some(({ success, numPassedTests }) => !success || numPassedTests === 0)) process.exitCode = 1
