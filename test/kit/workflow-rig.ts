/** Workers with workflows on a test engine with a virtual clock. */
import { serveWorkflow, type AnyWorkflow } from '../../src/entry/workflow.js'
import type { TestEngine, TestEngineOptions, TestWorkerOptions } from '../../src/entry/testing.js'
import type { III } from '../../src/sdk/worker/client.js'
import { testEngine } from './local-rig.js'

export type ServeOptions = NonNullable<Parameters<typeof serveWorkflow>[2]>

/** An engine whose time advances on request only. */
export function workflowEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  return testEngine({ ports: false, clock: 'virtual', ...options })
}

/** A worker that serves workflows. */
export async function servingWorker(
  engine: TestEngine,
  workflows: readonly AnyWorkflow[],
  options: { serve?: ServeOptions; worker?: TestWorkerOptions } = {},
): Promise<III> {
  const worker = engine.connect({ diagnostics: 'silent', ...options.worker })
  for (const workflow of workflows) serveWorkflow(worker, workflow, options.serve)
  await worker.ready()
  return worker
}
