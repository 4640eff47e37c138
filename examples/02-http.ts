/**
 * Serves HTTP: a trigger binds a method and a path to a function, which receives the request and returns the response.
 */
import { BuiltinTrigger, registerWorker } from 'iii-node'

interface NoteRequest {
  readonly path_params: { readonly id: string }
  readonly body: { readonly text?: unknown } | null
}

const worker = registerWorker()
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
worker.registerTrigger(BuiltinTrigger.http('notes::put', { api_path: '/notes/:id', http_method: 'PUT' }))
worker.registerTrigger(BuiltinTrigger.http('notes::get', { api_path: '/notes/:id', http_method: 'GET' }))
await worker.ready()

// The engine serves HTTP on port 3111.
const api = process.env['EXAMPLE_HTTP_URL'] ?? 'http://127.0.0.1:3111'

async function send(method: string, path: string, body?: object): Promise<void> {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`${api}${path}`, { method, ...init })
  console.log(method, path, '→', response.status, await response.text())
}

await send('PUT', '/notes/1', { text: 'buy tea' })
await send('GET', '/notes/1')
await send('GET', '/notes/2')
await send('PUT', '/notes/3', {})
await send('DELETE', '/notes/1')

await worker.shutdownAsync()
