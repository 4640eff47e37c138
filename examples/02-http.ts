/**
 * HTTP: a trigger binds a route to a function. The function gets the request and returns the response.
 */
import { registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

interface NoteRequest {
  readonly path_params: { readonly id: string }
  readonly body: { readonly text?: unknown } | null
}

const engine = await createTestEngine()
const worker = registerWorker(engine.url)
const notes = new Map<string, string>()

worker.registerFunction('notes::put', ({ path_params, body }: NoteRequest) => {
  if (typeof body?.text !== 'string') return { status_code: 400, body: { error: 'Send {"text": "…"}' } }
  notes.set(path_params.id, body.text)
  return { status_code: 201, headers: { location: `/notes/${path_params.id}` }, body: { id: path_params.id } }
})
worker.registerFunction('notes::get', ({ path_params }: NoteRequest) => {
  const text = notes.get(path_params.id)
  return text === undefined
    ? { status_code: 404, body: { error: 'No such note' } }
    : { status_code: 200, body: { text } }
})
worker.registerTrigger({
  type: 'http',
  function_id: 'notes::put',
  config: { api_path: '/notes/:id', http_method: 'PUT' },
})
worker.registerTrigger({
  type: 'http',
  function_id: 'notes::get',
  config: { api_path: '/notes/:id', http_method: 'GET' },
})
await worker.ready()

async function ask(method: string, path: string, body?: object): Promise<void> {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`${engine.httpUrl ?? ''}${path}`, { method, ...init })
  console.log(method, path, '→', response.status, await response.text())
}

await ask('PUT', '/notes/1', { text: 'buy tea' })
await ask('GET', '/notes/1')
await ask('GET', '/notes/2')
await ask('PUT', '/notes/3', {})
await ask('DELETE', '/notes/1')

await worker.shutdownAsync()
await engine.close()
