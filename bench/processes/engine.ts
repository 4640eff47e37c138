/**
 * The local engine in a process of its own, as tests and programs start it, on a real port. `engine.js [quirks]` shows flaws,
 * given as JSON.
 */
import { createTestEngine, type TestEngineQuirks } from 'iii-node/testing'
import { serveCommands } from './commands.js'

const [quirks] = process.argv.slice(2)
const engine = await createTestEngine(
  quirks === undefined ? {} : { quirks: JSON.parse(quirks) as TestEngineQuirks, maxFrames: 0 },
)
serveCommands({ url: () => engine.url })
