/**
 * Testing: an engine in the test's own process. Time moves when the test says so, frames are on record, and faults come
 * on demand. Works in any test runner; here plain assertions do.
 */
import assert from 'node:assert/strict'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine({ ports: false, clock: 'virtual', startTime: new Date('2026-05-04T08:59:00Z') })
const worker = engine.connect({ workerName: 'reports', diagnostics: 'silent' })
const reports: string[] = []
worker.registerFunction('reports::write', () => reports.push(new Date(engine.now()).toISOString().slice(11, 16)))
worker.registerTrigger({ type: 'cron', function_id: 'reports::write', config: { expression: '0 0 * * * *' } })
await worker.ready()

await engine.advance('3h')
assert.deepEqual(reports, ['09:00', '10:00', '11:00'])
console.log('three hours, three reports:', reports.join(', '))

const [result] = await engine.fire('cron')
assert.equal(result, 4)
console.log('one more, fired by hand:', reports.length)

engine.drop(worker)
await engine.advance('10ms')
await assert.rejects(engine.call('reports::write'), { code: 'function_not_found' })
await engine.advance('2s')
await engine.call('reports::write')
console.log('back after a lost connection:', reports.length)

const sent = engine.frames(worker).sent.map(({ type }) => type)
assert.ok(sent.includes('reattach'))
console.log('frames the worker sent:', sent.length)

await engine.close()
console.log('left open:', process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length)
