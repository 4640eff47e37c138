/**
 * Controls access to a listener: a function decides who may connect, what each client may call and register, and under
 * which prefix. The example starts its own engine, because the guarded listener is set up in 22-access-rules.yaml.
 */
import { fileURLToPath } from 'node:url'
import { InvocationError, registerWorker, WebSocketError } from 'iii-node'
import type { AuthInput, AuthResult, OnFunctionRegistrationInput } from 'iii-node/helpers/worker-connection-manager'
import { startEngine } from 'iii-node/local-engine'

const config = fileURLToPath(new URL('22-access-rules.yaml', import.meta.url))
await using engine = await startEngine({ config })
const [openUrl, guardedUrl] = engine.urls

// The open listener: your own workers, among them the one that decides.
const admin = registerWorker(openUrl, { workerName: 'admin' })
admin.registerFunction('access::auth', ({ headers }: AuthInput): AuthResult => {
  if (headers['authorization'] !== 'Bearer partner-token') throw new Error('Unknown token') // refuses the connection
  // With `default_deny`, grants that are left out are empty.
  return {
    allowed_functions: ['shop::menu'],
    allow_function_registration: true,
    function_registration_prefix: 'partner',
    context: { team: 'acme' },
  }
})
admin.registerFunction('access::review', ({ function_id, context }: OnFunctionRegistrationInput) => {
  console.log('registration of', function_id, 'by', context['team'])
  return { description: 'Registered by a partner' } // members that are left out stay unchanged
})
admin.registerFunction('shop::menu', () => ['green tea', 'black tea'])
admin.registerFunction('shop::refund', () => 'refunded')
await admin.ready()

// The guarded listener: a partner with a valid token.
const headers = { authorization: 'Bearer partner-token' }
const partner = registerWorker(guardedUrl, { workerName: 'partner', headers })
partner.registerFunction('delivery', () => 'tomorrow')
await partner.ready()
console.log('allowed:', await partner.trigger({ function_id: 'shop::menu', payload: {} }))
await partner.trigger({ function_id: 'shop::refund', payload: {} }).catch((error: unknown) => {
  if (error instanceof InvocationError) console.log('denied:', error.code)
})
const [listed] = await admin.listFunctions({ worker: 'partner' })
console.log('listed as:', listed?.function_id, '-', listed?.description)

// A client without a token.
const stranger = registerWorker(guardedUrl, { workerName: 'stranger', diagnostics: 'silent' })
await stranger.ready().catch((error: unknown) => {
  if (error instanceof WebSocketError) console.log('connection refused:', error.code)
})

await Promise.all([stranger.shutdown(), partner.shutdownAsync(), admin.shutdownAsync()])
