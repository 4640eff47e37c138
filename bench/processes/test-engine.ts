/** The local engine as tests start it: it keeps the last frames of each worker. */
import { createTestEngine } from 'iii-node/testing'
import { serveCommands } from './commands.js'

const engine = await createTestEngine()
serveCommands({ url: () => engine.url })
