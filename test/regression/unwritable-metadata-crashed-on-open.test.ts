import { expect, test } from 'vitest'
import { SerdeError } from '../../src/errors.js'
import { workerRig } from '../kit/worker-rig.js'

test('metadata that is not JSON is refused when the worker is made, not when its link opens', () => {
  const telemetry = { project_name: 1n as unknown as string }

  expect(() => workerRig({ metadata: { telemetry } })).toThrow(SerdeError)
})
