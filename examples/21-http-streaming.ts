/**
 * Streaming over HTTP: a response that is written piece by piece, and a request body that is read as it comes, of any
 * size. The client's pace holds the function back.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { BuiltinTrigger, registerWorker } from 'iii-node'
import { http } from 'iii-node/helpers/http'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const worker = registerWorker(engine.url)

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
  'shout',
  http(async (req, res) => {
    res.headers({ 'content-type': 'text/plain' })
    for await (const chunk of req.request_body) res.stream.write(chunk.toString().toUpperCase())
    res.stream.end()
  }),
)
worker.registerTrigger(BuiltinTrigger.http('events', { api_path: '/events/:count' }))
worker.registerTrigger(BuiltinTrigger.http('shout', { api_path: '/shout', http_method: 'POST' }))
await worker.ready()

const events = await fetch(`${engine.httpUrl ?? ''}/events/3`)
console.log(events.status, events.headers.get('content-type'))
console.log((await events.text()).trim())

const shouted = await fetch(`${engine.httpUrl ?? ''}/shout`, { method: 'POST', body: 'tea is ready' })
console.log(await shouted.text())

await worker.shutdownAsync()
await engine.close()
