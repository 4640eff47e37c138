import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { connectedRig } from '../kit/worker-rig.js'

nothingEscapes()

test('an async listener from another realm, as in test runners and plug-in hosts, is reported when it fails', async () => {
  const rig = await connectedRig({ otel: { enabled: false } })
  rig.worker.onConnectionStateChange(
    runInNewContext('async () => { throw new Error("elsewhere") }') as (state: string) => void,
  )
  rig.link.cut()
  await rig.settle()

  expect(rig.eventsOf('callback_failed')).toMatchObject([{ error: { message: 'elsewhere' } }])
})
