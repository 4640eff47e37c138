/**
 * Tests a worker against an engine in the same process, with a virtual clock, recorded frames and injected faults. Works
 * with any test runner, and needs no `iii-node engine`.
 */
import assert from 'node:assert/strict'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine({ ports: false, clock: 'virtual', startTime: new Date('2026-05-04T08:59:00Z') })
const worker = engine.connect({ workerName: 'reports', diagnostics: 'silent' })
const reports: string[] = []
worker.registerFunction('reports::write', () => reports.push(new Date(engine.now()).toISOString().slice(11, 16)))
worker.registerTrigger({ type: 'cron', function_id: 'reports::write', config: { expression: '0 0 * * * *' } })
await worker.ready()

// Time: three hours pass at once.
await engine.advance('3h')
assert.deepEqual(reports, ['09:00', '10:00', '11:00'])
console.log('reports after 3 h:', reports.join(', '))

// Triggers: fire one without waiting for its event.
const [result] = await engine.fire('cron')
assert.equal(result, 4)
console.log('reports after fire():', reports.length)

// Faults: the connection is lost, and the worker reconnects after its backoff.
engine.drop(worker)
await engine.advance('10ms')
await assert.rejects(engine.call('reports::write'), { code: 'function_not_found' })
await engine.advance('2s')
await engine.call('reports::write')
console.log('reports after the reconnect:', reports.length)

// Frames: everything the worker sent is recorded.
const sent = engine.frames(worker).sent.map(({ type }) => type)
assert.ok(sent.includes('reattach'))
console.log('frames sent:', sent.join(', '))

await engine.close()
