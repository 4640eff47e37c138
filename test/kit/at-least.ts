/** Holds a file of many cases to their number: a table that lost its rows would pass with the few that are left. */
import { expect, test } from 'vitest'

/** Declares a test that fails when its file has fewer others, those in groups not counted. */
export function atLeastTests(count: number): void {
  test(`there are at least ${String(count)} tests in this file`, ({ task }) => {
    expect(task.file.tasks.length - 1).toBeGreaterThanOrEqual(count)
  })
}
