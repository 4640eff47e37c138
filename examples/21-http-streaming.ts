/**
 * Streams HTTP bodies: a function writes its response in chunks and reads a request body of any size, with back-pressure
 * from the client.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { BuiltinTrigger, registerWorker } from 'iii-node'
import { http } from 'iii-node/helpers/http'

const worker = registerWorker()

worker.registerFunction(
  'events',
  http(async (req, res) => {
    res.status(200)
    res.headers({ 'content-type': 'text/event-stream' })
    for (let n = 1; n <= Number(req.path_params['count']); n += 1) {
      res.stream.write(`data: event ${String(n)}\n\n`)
      await wait(5)
    }
    res.stream.end()
  }),
)
worker.registerFunction(
  'uppercase',
  http(async (req, res) => {
    res.headers({ 'content-type': 'text/plain' })
    for await (const chunk of req.request_body) res.stream.write(chunk.toString().toUpperCase())
    res.stream.end()
  }),
)
worker.registerTrigger(BuiltinTrigger.http('events', { api_path: '/events/:count' }))
worker.registerTrigger(BuiltinTrigger.http('uppercase', { api_path: '/uppercase', http_method: 'POST' }))
await worker.ready()

// The engine serves HTTP on port 3111.
const api = process.env['EXAMPLE_HTTP_URL'] ?? 'http://127.0.0.1:3111'

const events = await fetch(`${api}/events/3`)
console.log(events.status, events.headers.get('content-type'))
console.log((await events.text()).trim())

const uppercase = await fetch(`${api}/uppercase`, { method: 'POST', body: 'tea is ready' })
console.log(await uppercase.text())

await worker.shutdownAsync()
