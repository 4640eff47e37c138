/**
 * The local engine in its own process, as tests and programs start it, on a real port. `engine.js {…}` enables quirks,
 * given as JSON. The name of a side is only for the profiler and has no effect.
 */
import { createTestEngine, type TestEngineQuirks } from 'iii-node/testing'
import { serveCommands } from './commands.js'

const [argument = ''] = process.argv.slice(2)
const engine = await createTestEngine(
  argument.startsWith('{') ? { quirks: JSON.parse(argument) as TestEngineQuirks, maxFrames: 0 } : {},
)
serveCommands({ url: () => engine.url })
