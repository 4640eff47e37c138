/** A folder for one test, removed with everything in it when the test has ended. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iii-node-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
