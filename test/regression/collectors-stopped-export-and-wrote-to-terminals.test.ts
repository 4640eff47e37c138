import { createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { createHttpFunctionsBuiltin } from '../../src/engine/builtins/http-functions/http-functions-builtin.js'
import { parseHttpFunctionsConfig } from '../../src/engine/builtins/http-functions/http-functions-config.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { otlpTargets, type OtlpProtocol } from '../../src/wire/otlp/otlp-settings.js'
import type { OtlpReport } from '../../src/wire/otlp/otlp-sender.js'
import { startOtlp } from '../../src/wire/otlp/start-otlp.js'
import { FakeHost } from '../kit/fake-host.js'
import { otlpCollector } from '../kit/otlp-collector.js'
import { seededRandom } from '../kit/seeded-random.js'
import { spanFrame } from '../kit/telemetry-frames.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'

nothingEscapes()

function sender(endpoint: string, protocol: OtlpProtocol) {
  const reports: OtlpReport[] = []
  const ports = {
    clock: new VirtualClock(),
    random: seededRandom(1),
    report: (report: OtlpReport) => reports.push(report),
  }
  const sending = startOtlp(ports, otlpTargets({ endpoint, protocol }, {}, 'options'), {})
  onTestFinished(() => sending.close(0))
  return { reports, sending }
}

/** A server that writes these bytes as the answer of each request. */
async function answering(bytes: string): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    socket.once('data', () => socket.write(bytes))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'

test('a collector that switches to another protocol is a failure, and export goes on', async () => {
  const { reports, sending } = sender(await answering(SWITCHED), 'http/json')
  sending.send(spanFrame([{ name: 'a' }]), 1)
  void sending.flush()
  await expect.poll(() => reports).toMatchObject([{ reason: 'the connection was closed without an answer' }])
})

test('a function behind a URL that switches to another protocol is a failed call', async () => {
  const local = parseHttpFunctionsConfig({
    security: { url_allowlist: ['127.0.0.1'], block_private_ips: false, require_https: false },
  })
  const builtin = createHttpFunctionsBuiltin(new FakeHost(), local, {})
  onTestFinished(() => builtin.stop())
  const call = builtin.serveExternal!('f', { url: await answering(SWITCHED) }, false)
  await expect(call({})).rejects.toMatchObject({ code: 'http_request_failed' })
})

test.each(['http/json', 'http/protobuf'] as const)(
  'the answer of a collector over %s is shown shortened and without control characters',
  async (protocol) => {
    const text = `\u001b[2J${'x'.repeat(100_000)}`
    const collector = await otlpCollector()
    collector.respond = (_request, response) => {
      const message = Buffer.from(text)
      const length = Buffer.from([
        (message.length & 0x7f) | 0x80,
        ((message.length >> 7) & 0x7f) | 0x80,
        message.length >> 14,
      ])
      const partial = Buffer.concat([Buffer.from([8, 1, 18]), length, message])
      const outer = partial.length
      const head = Buffer.from([10, (outer & 0x7f) | 0x80, ((outer >> 7) & 0x7f) | 0x80, outer >> 14])
      const json = JSON.stringify({ partialSuccess: { rejectedSpans: 1, errorMessage: text } })
      const isJson = protocol === 'http/json'
      response.writeHead(200, { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' })
      response.end(isJson ? json : Buffer.concat([head, partial]))
    }
    const { reports, sending } = sender(collector.url, protocol)
    sending.send(spanFrame([{ name: 'a' }]), 1)
    await sending.flush()
    expect(reports).toHaveLength(1)
    expect(reports[0]!.reason).toMatch(/^1 of 1 were rejected: \\u001b\[2Jx{200,300}$/)
  },
)
