/**
 * The local engine in its own process, on a real port, as programs and the command line start it. `engine.js {…}` starts
 * one with quirks, given as JSON. The name of a side is only for the profiler and has no effect.
 */
import { startEngine } from 'iii-node/local-engine'
import { createTestEngine, type TestEngineQuirks } from 'iii-node/testing'
import { serveCommands } from './commands.js'

const [argument = ''] = process.argv.slice(2)
const engine = argument.startsWith('{')
  ? await createTestEngine({ quirks: JSON.parse(argument) as TestEngineQuirks, maxFrames: 0 })
  : await startEngine({ port: 0, httpPort: 0, streamPort: 0 })
serveCommands({ url: () => engine.url })
