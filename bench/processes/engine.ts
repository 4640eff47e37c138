/** The local engine in a process of its own, as tests and programs start it, on a real port. */
import { createTestEngine } from 'iii-node/testing'
import { serveCommands } from './commands.js'

const engine = await createTestEngine()
serveCommands({ url: () => engine.url })
