/** `iii-http-functions`: calls functions that workers register with a URL and another server runs. */
import type { Builtin, EngineHost } from '../builtin.js'
import { exposedVariables, type Environment } from '../../config/expand-variables.js'
import type { HttpFunctionsConfig } from './http-functions-config.js'
import { HttpFunctions } from './http-functions.js'
import { readInvocation } from './invocation.js'

/** @param env the environment for secrets, which are read once when a function is registered. */
export function createHttpFunctionsBuiltin(
  host: EngineHost,
  config: HttpFunctionsConfig,
  env: Environment = process.env,
): Builtin {
  const functions = new HttpFunctions(host, config)
  return {
    name: 'iii-http-functions',
    description: 'Calls functions that other servers run',
    functions: [],
    triggerTypes: [],
    serveExternal(functionId, given, isGuarded) {
      const invocation = readInvocation(given, isGuarded ? exposedVariables(env, config.exposeEnv) : env)
      functions.check(invocation)
      return (data) => functions.call(functionId, invocation, data)
    },
    start: () => Promise.resolve(),
    stop() {
      functions.close()
      return Promise.resolve()
    },
  }
}
