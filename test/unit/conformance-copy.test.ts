import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { listOwnScenarios, listScenarios, readScenario, SCENARIO_FOLDER } from '../conformance/scenario.js'

const original = fileURLToPath(new URL('../../../shared/conformance/', import.meta.url))
const manifest = JSON.parse(readFileSync(new URL('../conformance/manifest.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>

/** Where the recordings lie beside the project they are compared themselves; their hashes are compared everywhere. */
const sources = existsSync(original) ? [SCENARIO_FOLDER, original] : [SCENARIO_FOLDER]

test.each(sources)('The recordings in %s are those of the manifest, byte for byte', async (folder) => {
  const hashes = Object.fromEntries(
    (await listScenarios(folder)).map((id) => [
      id,
      createHash('sha256')
        .update(readFileSync(`${folder}/${id}.json`))
        .digest('hex'),
    ]),
  )
  expect(Object.keys(hashes).length).toBeGreaterThan(200)
  expect(hashes).toEqual(manifest)
})

test('Every scenario has a description and steps', async () => {
  for (const id of [...(await listScenarios()), ...(await listOwnScenarios())]) {
    const { about, steps } = await readScenario(id)
    expect([id, about.length > 0, steps.length > 0]).toEqual([id, true, true])
  }
})
