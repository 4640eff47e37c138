/** Real certificates, proxies and Unix sockets between real workers and a real local engine. */
import { Agent } from 'node:http'
import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { registerWorker, type DiagnosticEvent, type III, type InitOptions } from '../../src/index.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { dialThrough, type ReachOptions } from '../../src/wire/transport/reach.js'
import { authority, expired, future, type Authority, type Certificate } from '../kit/certificates.js'
import { connectProxy, tlsFront, unixFront, type Front } from '../kit/fronts.js'
import { quietWorker } from '../kit/quiet-worker.js'
import { socketRig, type SocketRig } from '../kit/local-rig.js'
import { httpPeer } from '../kit/socket-peer.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { until } from '../kit/waiting.js'

const fast = { reconnectionConfig: { initialDelayMs: 1, maxDelayMs: 5 } }

interface Secured extends SocketRig {
  readonly root: Authority
  readonly own: Certificate
  readonly front: Front
  readonly url: string
}

/** An engine behind TLS. */
async function secured(names = ['127.0.0.1', 'engine.test'], validity = {}): Promise<Secured> {
  const rig = await socketRig()
  const root = await authority()
  const own = await root.issue(names, validity)
  const front = await tlsFront(portOf(rig.engine.url), own)
  return { ...rig, root, own, front, url: `wss://127.0.0.1:${String(front.port)}` }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** A worker, and the errors of its connections so far. */
function reporting(address: string, options: InitOptions): { worker: III; errors: Error[] } {
  const errors: Error[] = []
  const diagnostics = (event: DiagnosticEvent): void => {
    if (event.kind === 'connection_ended') errors.push(event.error)
  }
  const worker = registerWorker(address, { otel: { enabled: false }, ...fast, ...options, diagnostics })
  onTestFinished(() => worker.shutdown())
  return { worker, errors }
}

/** The error of a first dial that failed; the worker must go on dialling. */
async function firstError(address: string, options: InitOptions): Promise<Error> {
  const { worker, errors } = reporting(address, options)
  await until(() => errors.length >= 1)
  expect(worker.getConnectionState()).toBe('reconnecting')
  return errors[0]!
}

/** A call, a channel and a socket of telemetry, all over the address. */
async function useEverything(rig: SocketRig, address: string, options: InitOptions): Promise<void> {
  const dedicated = { enabled: true, transport: 'dedicated', fetchInstrumentationEnabled: false } as const
  const far = await rig.addWorker({ ...options, otel: dedicated }, address)
  const near = await rig.addWorker()
  near.registerFunction('echo', (data: unknown) => data)
  await near.ready()
  expect(await far.trigger({ function_id: 'echo', payload: 1 })).toBe(1)
  const channel = await far.channels.create()
  await channel.writer.sendMessage('over the same way')
  await channel.writer.close()
  for await (const item of channel.reader.items()) expect(item.value).toBe('over the same way')
}

test('a worker, its channels and its socket of telemetry use TLS with the authority in files, PEM text or bytes', async () => {
  const rig = await secured()
  const file = join(await temporaryFolder(), 'ca.pem')
  await writeFile(file, rig.root.ca)
  await useEverything(rig, rig.url, { tls: { ca: file } })
  // The worker, both ends of the channel, and telemetry.
  await until(() => rig.front.accepted() === 4)
  await rig.addWorker({ tls: { ca: [rig.root.ca] } }, rig.url)
  await rig.addWorker({ tls: { ca: Buffer.from(rig.root.ca) } }, rig.url)
  await rig.addWorker({ tls: { rejectUnauthorized: false } }, rig.url)
})

test('an engine that asks for a certificate of the client gets it, and refuses a worker without one', async () => {
  const rig = await socketRig()
  const root = await authority()
  const server = { ...(await root.issue(['127.0.0.1'])), ca: root.ca, requestCert: true, rejectUnauthorized: true }
  const url = `wss://127.0.0.1:${String((await tlsFront(portOf(rig.engine.url), server)).port)}`
  const client = await root.issue(['orders'])
  await useEverything(rig, url, { tls: { ca: root.ca, ...client } })

  const other = await (await authority('Another authority')).issue(['orders'])
  for (const tls of [{ ca: root.ca }, { ca: root.ca, ...other }])
    expect(await firstError(url, { tls })).toMatchObject({
      code: 'CONNECTION_LOST',
      // With or without an alert of TLS: the end of the socket may overtake it.
      message: expect.stringMatching(/certificate of (?:this|the) client.*as `tls\.cert` and `tls\.key`/) as string,
    })
})

test.each([
  ['that has expired', ['127.0.0.1'], expired, {}, /certificate that has expired \(CERT_HAS_EXPIRED\)\. Renew it/],
  ['that is not valid yet', ['127.0.0.1'], future, {}, /not valid yet \(CERT_NOT_YET_VALID\)\. Correct the clock/],
  ['for another host', ['other.test'], {}, {}, /certificate for another name: .*127\.0\.0\.1.*set `tls\.servername`/],
  ['for another name', ['engine.test'], {}, { servername: 'x.test' }, /certificate for another name: .*engine\.test/],
  ['of an unknown authority', ['127.0.0.1'], {}, { ca: undefined }, /not trusted \([A-Z_]+\)\. Give .* as `tls\.ca`/],
])(
  'a certificate %s is reported with what to do, and the worker continues',
  async (_what, names, validity, tls, text) => {
    const rig = await secured(names, validity)
    const error = await firstError(rig.url, { tls: { ca: rig.root.ca, ...tls } })
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', message: expect.stringMatching(text) as string })
  },
)

test('the name of the certificate may be given', async () => {
  const rig = await secured(['engine.test'])
  await rig.addWorker({ tls: { ca: rig.root.ca, servername: 'engine.test' } }, rig.url)
})

test('certificates are read again at each dial: renewed ones apply, and missing ones are reported', async () => {
  const rig = await secured()
  const file = join(await temporaryFolder(), 'ca.pem')
  await writeFile(file, rig.root.ca)
  const { worker, errors } = reporting(rig.url, { tls: { ca: file } })
  await worker.ready()
  await rename(file, `${file}.old`)
  for (const socket of rig.front.sockets) socket.destroy()
  await until(() => errors.length >= 3)
  const message = `The file ${file} of tls.ca cannot be read (ENOENT). Check the path and its permissions`
  expect(errors[1]).toMatchObject({ code: 'HANDSHAKE_FAILED', message })
  await rename(`${file}.old`, file)
  await worker.ready()
  expect(worker.getConnectionState()).toBe('connected')
})

test('options of TLS that cannot work are refused at once, and no key appears in a message', async () => {
  const root = await authority()
  const [one, two] = [await root.issue(['a.test']), await root.issue(['b.test'])]
  const folder = await temporaryFolder()
  const unreadable = join(folder, 'secret.pem')
  await writeFile(unreadable, one.key)
  await chmod(unreadable, 0)
  const plain = join(folder, 'plain.txt')
  await writeFile(plain, 'text')
  const body = one.key.split('\n').slice(1, -2).join('')
  const cases: [ReachOptions, RegExp][] = [
    [{ tls: { ca: join(folder, 'none.pem') } }, /none\.pem of tls\.ca cannot be read \(ENOENT\)/],
    [{ tls: { ca: folder } }, /of tls\.ca cannot be read \(EISDIR\)/],
    [{ tls: { ...one, key: body } }, /The file of tls\.key cannot be read/],
    [{ tls: { ca: plain } }, /The file .*plain\.txt of tls\.ca has no PEM block of a certificate/],
    [{ tls: { ca: one.key } }, /tls\.ca has no PEM block of a certificate/],
    [
      { tls: { ca: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----' } },
      /tls cannot be used: .* complete PEM/,
    ],
    [{ tls: { cert: one.cert, key: two.key } }, /tls\.key is not the key of tls\.cert/],
    [{ tls: { cert: one.cert } }, /tls\.cert and tls\.key must be given together/],
    [{ tls: { ca: 5 as never } }, /tls\.ca must be a file name, or PEM text or bytes, got a number/],
    [{ tls: { servername: '' } }, /tls\.servername must be a host name/],
    [{ tls: { rejectUnauthorized: 'no' as never } }, /tls\.rejectUnauthorized must be true or false/],
    [{ tls: 'on' as never }, /tls must be an object/],
    [{ agent: {} as never }, /agent must be an agent of/],
    [{ agent: new Agent(), proxy: 'http://a' }, /either `agent` or `proxy`/],
    [{ proxy: 'socks5://a' }, /proxy must be the http:\/\/ or https:\/\/ address of a proxy, got socks5:\/\/a/],
    [{ proxy: 'http://user:secret-word@' }, /address of a proxy/],
  ]
  for (const [options, text] of cases) {
    const attempt = (): unknown => registerWorker('wss://engine.test', options)
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', name: 'RuntimeError' }))
    expect(attempt).toThrow(text)
    expect(attempt).not.toThrow(/secret-word|secret\.pem/)
    expect(attempt).not.toThrow(body.slice(0, 20))
  }
  expect(() => registerWorker('ws://engine.test', { tls: {} })).toThrow(/tls needs a wss:\/\/ address, got ws:/)
})

test('a worker, its channels and its socket of telemetry go through a proxy, with its credentials and TLS inside', async () => {
  const rig = await secured()
  const proxy = await connectProxy()
  const options = { tls: { ca: rig.root.ca }, proxy: `http://ann:p%40ss@127.0.0.1:${String(proxy.port)}` }
  await useEverything(rig, rig.url, options)
  const authorization = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`
  await until(() => proxy.requests.length === 4)
  expect(proxy.requests).toEqual(Array.from({ length: 4 }, () => ({ target: new URL(rig.url).host, authorization })))
  // Without TLS the same.
  await rig.addWorker({ proxy: options.proxy })
  expect(proxy.requests).toHaveLength(5)
})

test("the proxy of the environment is used with 'env' only, and not for hosts of NO_PROXY", async () => {
  const rig = await socketRig()
  const proxy = await connectProxy()
  vi.stubEnv('http_proxy', '')
  vi.stubEnv('HTTP_PROXY', `127.0.0.1:${String(proxy.port)}`)
  vi.stubEnv('no_proxy', '')
  vi.stubEnv('NO_PROXY', 'localhost')
  await rig.addWorker()
  expect(proxy.requests).toHaveLength(0)
  await rig.addWorker({ proxy: 'env' })
  expect(proxy.requests).toHaveLength(1)
  vi.stubEnv('NO_PROXY', 'localhost, 127.0.0.0/8')
  await rig.addWorker({ proxy: 'env' })
  expect(proxy.requests).toHaveLength(1)
})

test.each([
  [407, 'HANDSHAKE_FAILED', /The proxy http:\/\/127.* refused to connect to ws:.* with HTTP 407\. Check user and pass/],
  [403, 'HANDSHAKE_FAILED', /The proxy http:\/\/127.* refused to connect to ws:.* with HTTP 403\. Check its rules/],
])('a proxy that refuses with %i is named, and the worker continues', async (status, code, text) => {
  const proxy = await connectProxy(status)
  const address = `http://ann:secret-word@127.0.0.1:${String(proxy.port)}`
  const error = await firstError('ws://127.0.0.1:1', { proxy: address })
  expect(error).toMatchObject({ code, status, message: expect.stringMatching(text) as string })
  expect(error.message).not.toContain('secret-word')
})

test('a proxy that cannot be reached, or cannot reach the engine, is named', async () => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  const error = await firstError('ws://127.0.0.1:1', { proxy: `http://127.0.0.1:${String(port)}` })
  expect(error).toMatchObject({
    code: 'CONNECTION_LOST',
    message: expect.stringMatching(/^The proxy http:\/\/127.* could not be used: .*ECONNREFUSED/) as string,
  })
})

test('a proxy that never answers ends the dial after 10 s, and its socket is closed', async () => {
  const proxy = await connectProxy('hang')
  const errors: Error[] = []
  const diagnostics = (event: DiagnosticEvent): void => {
    if (event.kind === 'connection_ended') errors.push(event.error)
  }
  const clock = new VirtualClock()
  const dial = dialThrough({ proxy: `http://127.0.0.1:${String(proxy.port)}` }, [])
  const worker = quietWorker('ws://127.0.0.1:1', { diagnostics }, { dial, clock })
  await until(() => proxy.requests.length === 1)
  await clock.advance(10_000)
  await until(() => errors.length === 1 && proxy.sockets.size === 0)
  expect(errors[0]!.message).toMatch(/^The proxy http:\/\/127\S+ opened no connection to ws:\S+ within 10 s/)
  await clock.advance(2_000)
  await until(() => proxy.requests.length === 2)
  const ended = worker.shutdown()
  await clock.advance(2_000)
  await ended
  await until(() => proxy.sockets.size === 0)
})

test('an agent of the program opens the sockets', async () => {
  const rig = await socketRig()
  const agent = new Agent()
  const opened = vi.spyOn(agent, 'createConnection')
  await rig.addWorker({ agent })
  expect(opened).toHaveBeenCalledTimes(1)
})

test('an agent that throws ends the dial, and the worker continues', async () => {
  const agent = new Agent()
  agent.createConnection = () => {
    throw new Error('no route')
  }
  const error = await firstError('ws://127.0.0.1:1', { agent })
  expect(error).toMatchObject({ code: 'CONNECTION_LOST', message: expect.stringContaining('no route') as string })
})

test('a worker, its channels and its socket of telemetry use a Unix socket, and a missing one is reported', async () => {
  const rig = await socketRig()
  const path = join(await temporaryFolder(), 'iii.sock')
  const error = await firstError(`ws+unix:${path}`, {})
  expect(error).toMatchObject({
    code: 'CONNECTION_LOST',
    message: `The Unix socket of ws+unix:${path} cannot be used (ENOENT). Check the path, its permissions, and that the engine runs`,
  })
  const front = await unixFront(path, portOf(rig.engine.url))
  await useEverything(rig, `ws+unix:${path}`, {})
  // The worker of the first error has connected meanwhile.
  await until(() => front.accepted() >= 5)
  await rm(path, { force: true })
})

test('of several addresses a worker uses the next one when one fails, with its channels', async () => {
  const [first, second] = [await socketRig(), await socketRig()]
  const worker = registerWorker(['ws://127.0.0.1:1', first.engine.url, second.engine.url], {
    otel: { enabled: false },
    diagnostics: 'silent',
  })
  onTestFinished(() => worker.shutdown())
  await worker.ready()
  expect(worker.getAddress()).toBe(first.engine.url)
  await first.engine.close()
  await until(() => second.engine.stats().sessions === 1)
  await worker.ready()
  expect(worker.getAddress()).toBe(second.engine.url)
  const channel = await worker.channels.create()
  await channel.writer.sendMessage('on the second engine')
  await channel.writer.close()
  for await (const item of channel.reader.items()) expect(item.value).toBe('on the second engine')
})

test('a refusal of an engine over TLS keeps its status', async () => {
  const root = await authority()
  const peer = await httpPeer((_request, response) => {
    response.writeHead(401).end()
  })
  const front = await tlsFront(peer.port, await root.issue(['127.0.0.1']))
  const { errors } = reporting(`wss://127.0.0.1:${String(front.port)}`, { tls: { ca: root.ca } })
  await until(() => errors.length === 1)
  expect(errors[0]).toMatchObject({ code: 'HANDSHAKE_FAILED', status: 401 })
})

test('headers that are too large for an engine are named as the cause', async () => {
  const peer = await httpPeer((_request, response) => {
    response.writeHead(431).end()
  })
  const { errors } = reporting(`ws://127.0.0.1:${String(peer.port)}`, {})
  await until(() => errors.length >= 1)
  expect(errors[0]).toMatchObject({ status: 431 })
  expect(errors[0]!.message).toMatch(/Send fewer or shorter `headers`/)
})
