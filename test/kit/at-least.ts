/** Checks that a file has a minimum number of tests, so that a table that lost rows does not pass. */
import { expect, test } from 'vitest'

/** Declares a test that fails if its file has fewer other tests. Tests inside `describe` are not counted. */
export function atLeastTests(count: number): void {
  test(`there are at least ${String(count)} tests in this file`, ({ task }) => {
    expect(task.file.tasks.length - 1).toBeGreaterThanOrEqual(count)
  })
}
