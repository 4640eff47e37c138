/** `iii-node/testing`: the local engine in a test's own process. */
export { createTestEngine } from '../testing/create-test-engine.js'
export type { TestCallOptions, TestEngine, TestEngineOptions } from '../testing/create-test-engine.js'
export type { EngineStats } from '../engine/engine-stats.js'
