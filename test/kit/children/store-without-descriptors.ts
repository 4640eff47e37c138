/**
 * Writes to a durable store in a process that has used up its file descriptors, then gives them back. Prints a line per
 * outcome. Started as: store-without-descriptors.ts <directory>, under `ulimit -n 64`.
 */
import { closeSync, openSync } from 'node:fs'
import { openLevelStore } from '../../../src/engine/storage/level-store.js'
import { StoreError } from '../../../src/engine/storage/store.js'
import { silentLog } from '../../../src/std/log.js'

const log = {
  ...silentLog,
  error: (_fields: object, line: string) => {
    console.log(`logged: ${line}`)
  },
}
const store = await openLevelStore(process.argv[2]!, { maxValueBytes: 1e7, maxTotalBytes: 1e9 }, { log })

const taken: number[] = []
const takeAll = (): void => {
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'))
  } catch {
    // All are taken.
  }
}

// LevelDB opens a new log every 4 MiB.
const filler = 'x'.repeat(1_000_000)
for (let n = 0; n < 20; n += 1) {
  // Each time, since the runtime may have given some back meanwhile.
  takeAll()
  try {
    await store.write([{ kind: 'put', space: 's', key: String(n), value: filler }])
    console.log('kept')
  } catch (error) {
    console.log(`refused: ${error instanceof StoreError ? error.reason : String(error)}`)
    break
  }
}
for (const descriptor of taken) closeSync(descriptor)
for (;;) {
  try {
    await store.write([{ kind: 'put', space: 's', key: 'last', value: 'after' }])
    break
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
await store.close()
console.log('written again')
