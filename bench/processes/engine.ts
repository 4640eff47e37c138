/**
 * The local engine in a process of its own, as tests and programs start it, on a real port. `engine.js {…}` shows flaws,
 * given as JSON; a side's name, which the profiler needs, changes nothing.
 */
import { createTestEngine, type TestEngineQuirks } from 'iii-node/testing'
import { serveCommands } from './commands.js'

const [argument = ''] = process.argv.slice(2)
const engine = await createTestEngine(
  argument.startsWith('{') ? { quirks: JSON.parse(argument) as TestEngineQuirks, maxFrames: 0 } : {},
)
serveCommands({ url: () => engine.url })
