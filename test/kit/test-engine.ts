/** A test engine that is closed when its test ends. */
import { onTestFinished } from 'vitest'
import { createTestEngine, type TestEngine, type TestEngineOptions } from '../../src/entry/testing.js'

export async function testEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const engine = await createTestEngine(options)
  onTestFinished(() => engine.close())
  return engine
}
