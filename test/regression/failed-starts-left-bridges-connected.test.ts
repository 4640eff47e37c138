/** An engine that could not start because of its configuration kept the connection of a bridge, and its process went on. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../kit/compiled-project.js'
import { testEngine } from '../kit/local-rig.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

test(
  'an engine that cannot start ends the connections of its bridges, and says what to change',
  { timeout: 30_000 },
  async () => {
    const other = await testEngine()
    const file = join(await temporaryFolder(), 'engine.yaml')
    const forwarded = '{ local_function: engine::functions::list, remote_function: theirs }'
    await writeFile(
      file,
      `workers:\n  - name: iii-bridge\n    config: { url: '${other.url}', forward: [${forwarded}] }\n`,
    )
    const child = runCli(['engine', '--config', file, '--no-console'])
    expect(await child.exit()).toEqual({ code: 1, signal: null })
    expect(child.stderr).toMatch(/iii-bridge serves the function engine::functions::list, which the engine has already/)
  },
)
