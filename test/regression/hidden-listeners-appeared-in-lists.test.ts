import { expect, test } from 'vitest'
import type { FunctionInfo } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

test.each([false, true])(
  'lists include listeners of a worker only with `include_internal` (prefixed: %s)',
  async (guarded) => {
    const rbac = { auth_function_id: 'auth', expose_functions: ['match("*")'] }
    const engine = await testEngine({ ports: false, clock: 'virtual', rbac })
    const admin = engine.connect({ workerName: 'admin' })
    admin.registerFunction('auth', () => ({ function_registration_prefix: 'pre' }))
    await admin.ready()

    const worker = engine.connect({ workerName: 'shop', onConflict: 'wait', guarded })
    const seen: FunctionInfo[][] = []
    worker.onFunctionsAvailable((functions) => seen.push(functions))
    worker.registerFunction('orders', () => null)
    worker.registerTrigger({ type: 'cron', function_id: 'orders', config: { expression: '@daily' } })
    await worker.ready()
    const orders = guarded ? 'pre::orders' : 'orders'

    expect((await admin.listTriggers()).map(({ function_id }) => function_id)).toEqual([orders])
    const all = await admin.listTriggers(true)
    const hidden = all.flatMap(({ function_id: id }) => (id.includes('iii-node::') ? [id] : []))
    expect(hidden.length).toBeGreaterThan(0)
    expect(hidden.every((id) => id.startsWith('pre::') === guarded)).toBe(true)

    const listed = async (includeInternal: boolean) =>
      (await admin.listFunctions({ includeInternal, schemas: false })).map(({ function_id }) => function_id)
    expect((await listed(false)).filter((id) => id.includes('iii-node::'))).toEqual([])
    expect(await listed(true)).toEqual(expect.arrayContaining(hidden))
    expect((await admin.listWorkers({ search: 'shop' }))[0]?.functions).toEqual([orders])

    admin.registerFunction('later', () => null)
    await admin.ready()
    await engine.advance('6s')
    await expect.poll(() => seen.length).toBeGreaterThan(0)
    const ids = seen.flat().map(({ function_id }) => function_id)
    expect(ids).toContain(guarded ? 'pre::orders' : 'later')
    expect(ids.filter((id) => id.includes('iii-node::'))).toEqual([])
  },
)
