/** The completion scripts in the shells themselves, with names of an engine that is running, and of none. */
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Child } from '../kit/child.js'
import { compiledFile } from '../kit/compiled-project.js'
import { runCommand } from '../kit/cli-terminal.js'
import { testEngine } from '../kit/local-rig.js'

const limit = { timeout: 60_000 }
const CLI = compiledFile('src/cli/main.ts')
/** An id that would run a program, and ids that a shell would have to quote. */
const HOSTILE = [
  'orders::$(touch /tmp/x)',
  'orders::`id`',
  'orders::a b',
  'orders::a;b',
  '--orders',
  'orders::\u001b[2J',
]

async function shop(): Promise<string> {
  const queue = { queue_configs: { mail: { type: 'standard' } } }
  const engine = await testEngine({ builtins: { 'iii-queue': queue } })
  const worker = engine.connect({ workerName: 'shop' })
  for (const id of ['orders::create', 'orders::cancel', 'stock::reserve', ...HOSTILE]) {
    worker.registerFunction(id, () => null)
  }
  await worker.ready()
  await engine.call('state::set', { scope: 'carts', key: 'ada', value: 1 })
  await engine.call('stream::set', { stream_name: 'chat', group_id: 'lobby', item_id: '1', data: 1 })
  return engine.url
}

/** A word in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

const SHELLS = {
  bash: { options: ['--norc'], define: (command: string) => `iii-node() { ${command} "$@"; }` },
  // The commands of its own completion, which work only while a line is edited.
  zsh: {
    options: ['-f'],
    define: (command: string) =>
      `iii-node() { ${command} "$@" }; compdef() { }; compadd() { print -rl -- "\${@:2}" }; _files() { print files }`,
  },
  fish: { options: ['--no-config'], define: (command: string) => `function iii-node; ${command} $argv; end` },
}

/** Runs code of a shell in which `iii-node` is the command of these sources, with its completion. */
async function inShell(shell: keyof typeof SHELLS, code: string, url: string): Promise<string> {
  const { options, define } = SHELLS[shell]
  const script = (await runCommand(['completion', shell])).stdout
  const whole = `${define(`${quoted(process.execPath)} ${quoted(CLI)}`)}\n${script}\n${code}`
  const child = new Child(shell, [...options, '-c', whole], { env: { III_URL: url } })
  const { code: exitCode } = await child.ended
  expect([exitCode, child.stderr]).toEqual([0, ''])
  return child.stdout
}

/** Completes lines whose words bash has split. */
function inBash(lines: readonly (readonly string[])[], url: string): Promise<string> {
  const code = lines.map((words) => {
    const line = words.join(' ').replaceAll(/ (::|=) ?/g, '$1')
    return `COMP_LINE=${quoted(line)} COMP_POINT=${String(line.length)} COMP_WORDS=(${words.map(quoted).join(' ')})
COMP_CWORD=${String(words.length - 1)}; _iii_node iii-node; echo "\${COMPREPLY[@]}"`
  })
  return inShell('bash', code.join('\n'), url)
}

test('bash offers names of the engine, and replaces what follows the last colon', limit, async () => {
  const lines = [
    ['iii-node', 'call', 'orders', '::', 'c'],
    ['iii-node', 'logs', '--function', '=', 'stock', '::', ''],
    ['iii-node', 'dev', 'package.j'],
  ]
  expect(await inBash(lines, await shop())).toBe('cancel create\nreserve\npackage.json\n')
})

test('without an engine, bash offers options, and no files for names', limit, async () => {
  const lines = [
    ['iii-node', 'call', 'pack'],
    ['iii-node', 'call', '--en'],
  ]
  expect(await inBash(lines, 'ws://127.0.0.1:1')).toBe('\n--enqueue\n')
})

/** A machine without one of these shells checks what their scripts call: `completion names`, below. */
const others = (['zsh', 'fish'] as const).filter((shell) => existsSync(`/usr/bin/${shell}`))

test.each(others)('%s offers names of the engine', limit, async (shell) => {
  const url = await shop()
  const code = {
    zsh: `words=(iii-node call orders::c) CURRENT=3 PREFIX=orders::c; _iii_node
words=(iii-node logs --level) CURRENT=4 PREFIX=d; _iii_node; words=(iii-node dev x) CURRENT=3 PREFIX=x; _iii_node | tail -1`,
    fish: `complete -C 'iii-node call orders::c'; complete -C 'iii-node logs --level d' | string split -f1 \\t
complete -C 'iii-node dev package.j' | string replace package.json files`,
  }[shell]
  expect(await inShell(shell, code, url)).toBe('orders::cancel\norders::create\ndebug\nfiles\n')
})

test('choices of options, and the names that each argument can be', limit, async () => {
  const url = await shop()
  const offered = async (line: string) => {
    const { code, stdout, stderr } = await runCommand(['completion', 'names', `iii-node ${line}`])
    expect([code, stderr]).toEqual([0, ''])
    return stdout.split('\n').slice(0, -1)
  }
  const at = `--url ${url}`
  expect(await offered(`call ${at} `)).toEqual(['orders::cancel', 'orders::create', 'stock::reserve'])
  expect(await offered(`inspect ${at} s`)).toEqual(['shop', 'stock::reserve'])
  expect(await offered(`call f --header 'a: "b' ${at} --enqueue m`)).toEqual(['mail'])
  expect(await offered(`queues ${at} mail `)).toEqual(['discard', 'redrive'])
  expect(await offered(`state ${at} get `)).toEqual(['carts'])
  expect(await offered(`streams ls ${at} chat l`)).toEqual(['lobby'])
  expect(await offered(`ls ${at} --namespace=d`)).toEqual(['--namespace=default'])
  expect(await offered('logs --level ')).toEqual(['debug', 'error', 'info', 'warn'])
  expect(await offered(`call ${at} --en`)).toEqual([])
  expect(await offered('call --url nonsense f')).toEqual([])
  expect(await offered('nowhere ')).toEqual([])
})

test('an engine that does not answer holds the line up for little more than a second', limit, async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const startedAt = performance.now()
  const { stdout } = await runCommand(['completion', 'names', `iii-node call --url ws://127.0.0.1:${String(port)} `])
  expect(stdout).toBe('')
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})
