/**
 * Access rules: a listener that asks a function of yours who may connect, what a guest may call and register, and under
 * which names. Grants that the function leaves out are empty, because of `default_deny`.
 */
import { InvocationError, registerWorker } from 'iii-node'
import type { AuthInput, AuthResult, OnFunctionRegistrationInput } from 'iii-node/helpers/worker-connection-manager'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine({
  rbac: { auth_function_id: 'guests::auth', on_function_registration_function_id: 'guests::review' },
  local: { 'iii-worker-manager': { default_deny: true } },
})

// On the open listener: who decides, and what there is to call.
const admin = registerWorker(engine.url, { workerName: 'admin' })
admin.registerFunction('guests::auth', ({ headers }: AuthInput): AuthResult => {
  if (headers['authorization'] !== 'Bearer tea') throw new Error('Unknown token') // refuses
  return {
    allowed_functions: ['menu'],
    allow_function_registration: true,
    function_registration_prefix: 'guest',
    context: { team: 'tea' },
  }
})
admin.registerFunction('guests::review', ({ function_id, context }: OnFunctionRegistrationInput) => {
  console.log('registers:', function_id, 'of team', context['team'])
  return { description: 'Made by a guest' } // what is left out stays as it was
})
admin.registerFunction('menu', () => ['green', 'black'])
admin.registerFunction('till::open', () => 'the money')
await admin.ready()

const guest = registerWorker(engine.guardedUrl, { workerName: 'guest', headers: { authorization: 'Bearer tea' } })
guest.registerFunction('wish', () => 'oolong')
await guest.ready()
console.log('may call:', await guest.trigger({ function_id: 'menu', payload: {} }))
await guest.trigger({ function_id: 'till::open', payload: {} }).catch((error: unknown) => {
  if (error instanceof InvocationError) console.log('may not call:', error.code)
})
const [listed] = await admin.listFunctions({ worker: 'guest' })
console.log('is listed as:', listed?.function_id, '-', listed?.description)

const stranger = registerWorker(engine.guardedUrl, { workerName: 'stranger', diagnostics: 'silent' })
await stranger.ready().catch((error: unknown) => {
  console.log('a stranger:', (error as { readonly code?: string }).code)
})

await Promise.all([stranger.shutdown(), guest.shutdownAsync(), admin.shutdownAsync()])
await engine.close()
