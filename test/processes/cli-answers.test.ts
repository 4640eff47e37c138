import { expect, onTestFinished, test, vi } from 'vitest'
import { InvocationError } from '../../src/index.js'
import { commands } from '../../src/cli/commands.js'
import { runCli } from '../kit/compiled-project.js'
import { EIGHTY_COLUMNS, runCommand, startCommand } from '../kit/cli-terminal.js'
import { testEngine } from '../kit/local-rig.js'

const limit = { timeout: 30_000 }
const HOSTILE = 'a\u001b[2J\u009b\u202e\nb'

const orderSchema = {
  type: 'object',
  properties: {
    sku: { type: 'string', description: 'the article' },
    quantity: { type: 'integer', default: 1 },
  },
  required: ['sku'],
}

/** An engine with a shop: orders that reserve stock, a failing job, state and a stream. */
async function shop() {
  const queue = { queue_configs: { mail: { type: 'standard', max_retries: 1 } } }
  const engine = await testEngine({ builtins: { 'iii-queue': queue } })
  const orders = engine.connect({ workerName: 'orders', otel: { enabled: true } })
  const stock = engine.connect({ workerName: 'stock', otel: { enabled: true } })
  orders.registerFunction(
    'orders::create',
    async (order: { sku: string }, _metadata, { logger, trigger }) => {
      logger.info('order received', { sku: order.sku, password: 'hunter2' })
      return trigger<unknown, unknown>({ function_id: 'stock::reserve', payload: order })
    },
    { description: 'Creates an order', request_format: orderSchema },
  )
  stock.registerFunction('stock::reserve', ({ sku }: { sku: string }) => {
    if (sku === 'tea') return { reserved: sku }
    throw new InvocationError({ code: 'OUT_OF_STOCK', message: `no ${sku} left` })
  })
  stock.registerFunction('mail::send', () => {
    throw new Error('the mail server is down')
  })
  orders.registerTrigger({
    type: 'http',
    function_id: 'orders::create',
    config: { api_path: '/orders', http_method: 'POST' },
  })
  await Promise.all([orders.ready(), stock.ready()])
  return { engine, orders, url: ['--url', engine.url] }
}

/** Times, ids and addresses replaced by text of the same kind. */
function stable(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\d\d:\d\d:\d\d\.\d{3}/g, '<time>')
    .replace(/ *\d+(\.\d+)? (ms|s|min)\b/g, ' <duration>')
    .replace(/ *[█▒]+$/gm, ' <bar>')
    .replace(/\b[0-9a-f]{32}\b/g, '<trace>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]+…?/g, '<id>')
    .replace(/\b[0-9a-f]{12}\b/g, '<short trace>')
    .replaceAll(`:${String(process.pid)}`, ':<pid>')
}

test.each([
  ['terminal', EIGHTY_COLUMNS],
  ['pipe', undefined],
])('the output on a %s equals the recorded one', limit, async (kind, screen) => {
  const { orders, url } = await shop()
  const terminal = screen === undefined ? {} : { screen }
  await orders.trigger({ function_id: 'state::set', payload: { scope: 'carts', key: 'ada', value: { items: 2 } } })
  await orders.trigger({
    function_id: 'mail::send',
    payload: { to: 'ada' },
    action: { type: 'enqueue', queue: 'mail' },
  })
  await vi.waitFor(async () => {
    const dead: unknown = await orders.trigger({
      function_id: 'engine::queue::dlq_messages',
      payload: { topic: 'mail' },
    })
    expect(dead).toHaveLength(1)
  })
  const lines = [
    ...['ls', 'ls routes', 'ls triggers', 'ls queues', 'ls scopes', 'ls topics', 'inspect stock::reserve'],
    ...['call orders::create --help', 'call orders::create sku=tea quantity:=2', 'call orders::create sku=milk'],
    ...['call nowhere', 'call orders::create sku=tea --trace', 'logs --function orders::create --limit 1'],
    ...['queues mail', 'queues mail --dead', 'state ls', 'state get carts ada', 'state get carts bob', 'streams ls'],
  ]
  let golden = ''
  for (const line of lines) {
    const { code, stdout, stderr } = await runCommand([...line.split(' '), ...url], terminal)
    const text = screen === undefined ? stdout : `${stdout}${stderr}`
    golden += `$ iii-node ${line}\n${stable(text)}(exit code ${String(code)})\n\n`
  }
  await expect(golden).toMatchFileSnapshot(`golden/answers-in-a-${kind}.txt`)
})

test('--json has the members that the reference lists', limit, async () => {
  const { url } = await shop()
  const json = async (...args: string[]) =>
    JSON.parse((await runCommand([...args, '--json', ...url])).stdout) as Record<string, unknown>
  expect(Object.keys(await json('ls'))).toEqual(['functions'])
  expect(await json('ls', 'routes')).toEqual({
    routes: [{ method: 'POST', path: '/orders', function_id: 'orders::create', worker_name: 'orders' }],
  })
  expect(await json('inspect', 'orders')).toMatchObject({ kind: 'worker', worker: { worker: { name: 'orders' } } })
  await runCommand(['call', 'orders::create', 'sku=milk', '--trace', ...url])
  const { traces } = (await json('traces', '--status', 'error')) as { traces: Record<string, string>[] }
  expect(Object.keys(traces[0]!)).toEqual(['trace_id', 'name', 'service_name', 'status', 'started', 'duration_ms'])
  const trace = await json('traces', traces[0]!['trace_id']!.slice(0, 12))
  expect(trace).toMatchObject({ trace_id: traces[0]!['trace_id'], roots: [{ name: 'call orders::create' }] })
  expect((await json('logs'))['logs']).toContainEqual(expect.objectContaining({ body: 'order received' }))
  expect(JSON.stringify(await json('logs'))).not.toContain('hunter2')
})

test('dead letters are redriven and discarded by id; an unknown id is reported', limit, async () => {
  const { orders, url } = await shop()
  const dead = () =>
    orders.trigger<unknown, { id: string }[]>({
      function_id: 'engine::queue::dlq_messages',
      payload: { topic: 'mail' },
    })
  for (const to of ['ada', 'bob']) {
    await orders.trigger({ function_id: 'mail::send', payload: { to }, action: { type: 'enqueue', queue: 'mail' } })
  }
  await vi.waitFor(async () => expect(await dead()).toHaveLength(2))
  const [first] = await dead()
  const discarded = await runCommand(['queues', 'mail', 'discard', first!.id, ...url])
  expect(discarded).toEqual({ code: 0, stdout: '1 dead letter discarded\n', stderr: '' })
  expect((await runCommand(['queues', 'mail', 'discard', first!.id, ...url])).code).toBe(4)
  expect((await runCommand(['queues', 'mail', 'redrive', ...url])).stdout).toBe('1 dead letter redriven\n')
})

test('logs, traces and streams are followed until Ctrl-C', limit, async () => {
  const { orders, url } = await shop()
  const started = [
    ['logs', '-f'],
    ['traces', '-f', '--json'],
    ['streams', 'follow', 'chat'],
  ].map((args) => startCommand([...args, ...url]))
  const [logs, traces, streams] = started as [(typeof started)[0], (typeof started)[0], (typeof started)[0]]
  await vi.waitFor(() => {
    for (const { stderr } of started) expect(stderr()).toContain('Following')
  }, 10_000)
  await orders.trigger({ function_id: 'orders::create', payload: { sku: 'tea' } })
  const item = { stream_name: 'chat', group_id: 'lobby', item_id: 'm1', data: { text: HOSTILE } }
  await orders.trigger({ function_id: 'stream::set', payload: item })
  await vi.waitFor(() => {
    expect(logs.stdout()).toMatch(/INFO +order received \{"sku":"tea","password":"\[redacted\]"\} \[orders::create\]/)
    expect(traces.stdout()).toContain('execute orders::create')
    expect(streams.stdout()).toContain('create lobby/m1 {"text":"a\\u001b[2J')
  }, 10_000)
  for (const { interrupt } of started) interrupt()
  expect(await Promise.all(started.map(({ exitCode }) => exitCode))).toEqual([0, 0, 0])
})

test('no control character of a name, message or payload reaches the terminal', limit, async () => {
  const engine = await testEngine()
  const worker = engine.connect({ workerName: 'hostile', otel: { enabled: true } })
  const id = `hostile::${HOSTILE.replace('\n', '')}`
  worker.registerFunction(
    id,
    (_data: unknown, _metadata, { logger }) => {
      logger.warn(HOSTILE, { [HOSTILE]: HOSTILE })
      throw new Error(HOSTILE)
    },
    { description: HOSTILE },
  )
  await worker.ready()
  const url = ['--url', engine.url]
  const runs = [
    ['call', id, '--trace'],
    ['ls'],
    ['inspect', id],
    ['call', id, '--help'],
    ['logs'],
    ['traces'],
    ['ls', HOSTILE],
    ['inspect', HOSTILE],
  ]
  for (const args of runs) {
    const { stdout, stderr } = await runCommand([...args, ...url], { screen: EIGHTY_COLUMNS })
    // eslint-disable-next-line no-control-regex -- these must not be there
    expect(`${stdout}${stderr}`, args[0]).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  }
})

test('an engine that cannot be reached, and a denied session, exit with 3', limit, async () => {
  for (const { name, words = [] } of commands) {
    // These need no engine, or wait for one.
    if (['init', 'engine', 'dev', 'console', 'schema', 'mcp', 'completion'].includes(name)) continue
    const args = { call: ['f'], inspect: ['f'], state: ['get', 'a', 'b'] }[name] ?? words.slice(0, 1)
    const { code, stderr } = await runCommand([name, ...args, '--url', 'ws://127.0.0.1:1'])
    expect([code, stderr], name).toEqual([3, expect.stringMatching(new RegExp(`^iii-node ${name}: .*ECONNREFUSED`))])
  }
})

test('a call is stored in a queue, or sent without an answer', limit, async () => {
  const { url } = await shop()
  const stored = await runCommand(['call', 'mail::send', 'to=ada', '--enqueue', 'mail', ...url])
  expect(JSON.parse(stored.stdout)).toEqual({ messageReceiptId: expect.any(String) as string })
  expect(await runCommand(['call', 'mail::send', '--void', ...url])).toEqual({ code: 0, stdout: 'null\n', stderr: '' })
  expect((await runCommand(['call', 'f', '--void', '--enqueue', 'q', ...url])).code).toBe(2)
})

test.each(['bash', 'zsh', 'fish'])('the completion for %s has every command and option', limit, async (shell) => {
  const { code, stdout } = await runCommand(['completion', shell])
  expect(code).toBe(0)
  for (const { name, options } of commands) {
    expect(stdout).toContain(name)
    for (const option of Object.keys(options))
      expect(stdout).toContain(shell === 'fish' ? `-l ${option}` : `--${option}`)
  }
})

test('a reader that leaves early causes no error', limit, async () => {
  const child = runCli(['--help'])
  child.process.stdout!.destroy()
  onTestFinished(() => void child.process.kill('SIGKILL'))
  expect(await child.exit()).toMatchObject({ code: 0 })
})
