/** What `dev` prints once its workers are ready: routes, functions and keys. */
import type { LocalEngine } from '../../engine/engine.js'
import type { FunctionRow } from '../../wire/protocol/function-rows.js'
import type { TriggerRow, WorkerRow } from '../../wire/protocol/list-rows.js'
import type { Terminal } from '../command.js'
import { clean, cut, painter, routePath } from '../print/text.js'
import { wrapped } from '../print/help.js'

/** Routes and functions that are listed; `iii-node ls` lists all. */
const MAX_LISTED = 20
const WIDTH = 80

type Invoke = Pick<LocalEngine, 'invoke' | 'httpUrl'>

/** Prints the screen. Lists only what workers have registered, nothing of the engine. */
export async function printScreen(engine: Invoke, terminal: Terminal, keys: string | undefined): Promise<void> {
  const width = terminal.screen?.columns ?? WIDTH
  const paint = painter(terminal.screen)
  const [routes, functions] = await Promise.all([routesOf(engine), functionsOf(engine)])
  const label = (name: string): string => paint('bold', name.padEnd(10))
  const rows = routes.slice(0, MAX_LISTED).map(({ method, path, functionId }, index) => {
    const address = `${method.padEnd(6)} ${engine.httpUrl ?? ''}${path}`
    return `  ${label(index === 0 ? 'routes' : '')}${cut(`${clean(address)} → ${clean(functionId)}`, width - 12)}`
  })
  const names = functions.slice(0, MAX_LISTED).map(clean).join(', ')
  const lines = wrapped(names, width - 12).map((line, index) => `  ${label(index === 0 ? 'functions' : '')}${line}`)
  const left = routes.length + functions.length - rows.length - Math.min(functions.length, MAX_LISTED)
  terminal.out('')
  for (const line of [...rows, ...(functions.length === 0 ? [] : lines)]) terminal.out(line)
  if (left > 0) terminal.out(`  ${label('')}… ${String(left)} more: iii-node ls, iii-node ls routes`)
  terminal.out(`  ${label('traces')}iii-node traces <id> opens a trace of the lines below`)
  if (keys !== undefined) terminal.out(`  ${label('keys')}${keys}`)
  terminal.out('')
}

async function routesOf(engine: Invoke) {
  const data = { trigger_type: 'http' }
  const { registered_triggers: rows } = (await engine.invoke({
    functionId: 'engine::registered-triggers::list',
    data,
  })) as { readonly registered_triggers: readonly TriggerRow[] }
  return rows.map(({ function_id: functionId, config }) => {
    const { http_method: method, api_path: path } = config ?? {}
    return { method: clean(method ?? 'GET'), path: routePath(clean(path ?? '')), functionId }
  })
}

async function functionsOf(engine: Invoke): Promise<string[]> {
  const list = async (functionId: string): Promise<unknown> => engine.invoke({ functionId, data: {} })
  const { functions } = (await list('engine::functions::list')) as { readonly functions: readonly FunctionRow[] }
  const { workers } = (await list('engine::workers::list')) as { readonly workers: readonly WorkerRow[] }
  const built = new Set(workers.filter(({ runtime }) => runtime === 'engine').map(({ name }) => name))
  return functions.filter((row) => !built.has(row.worker_name)).map((row) => row.function_id)
}
