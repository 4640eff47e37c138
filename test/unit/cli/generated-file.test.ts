import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeIfChanged } from '../../../src/cli/generated-file.js'
import { temporaryFolder } from '../../kit/temporary-folder.js'

test('a file that cannot be written is an error with its own name and the reason, and leaves nothing behind', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'types'))
  const missing = join(folder, 'absent', 'iii.d.ts')
  await expect(writeIfChanged(missing, 'text')).rejects.toThrow(
    `${missing} cannot be written: its folder does not exist`,
  )
  const taken = join(folder, 'types')
  await expect(writeIfChanged(taken, 'text')).rejects.toThrow(`${taken} cannot be read: it is a folder`)
  expect(await readdir(folder)).toEqual(['types'])
})
