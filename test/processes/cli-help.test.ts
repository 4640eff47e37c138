import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.js'
import { runCommand } from '../kit/cli-terminal.js'
import { runCli } from '../kit/compiled-project.js'

const COMMANDS = commands.map(({ name }) => name)

/** Runs the command line in a process of its own. */
async function run(...args: string[]) {
  const child = runCli(args)
  const { code } = await child.exit()
  return { code, stdout: child.stdout, stderr: child.stderr }
}

test.each(['--help', '-h', 'help'])('`%s` lists every command', { timeout: 30_000 }, async (flag) => {
  const { code, stdout, stderr } = await run(flag)
  expect([code, stderr]).toEqual([0, ''])
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} +\\S`, 'm'))
})

test.each(COMMANDS)('`%s --help` describes the command and starts nothing', async (command) => {
  const { code, stdout, stderr } = await runCommand([command, '--help'])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(new RegExp(`^Usage: iii-node ${command} `))
  expect(stdout).toContain('--help')
})

test('`--version` prints the version of the package', { timeout: 30_000 }, async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('no command, or an unknown one, exits with 2', { timeout: 30_000 }, async () => {
  expect(await run()).toMatchObject({ code: 2, stdout: expect.stringContaining('Usage:') as string })
  const unknown = await run('fly')
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toMatch(/unknown command 'fly'[^]*Usage:/)
})

test.each([
  [['engine', '--prot', '1'], /--prot/],
  [['engine', '--port', '70000'], /--port must be a port from 0 to 65535/],
  [['engine', '--http-port', '-1'], /--http-port/],
  [['engine', '--log-level', 'loud'], /--log-level must be debug, info, warn, error, got the string "loud"/],
  [['engine', '--config', 'a.yaml', '--port', '1'], /--port and --config cannot be combined/],
  [['engine', 'extra'], /extra/],
  [['call'], /call needs the id of a function/],
  [['call', 'f', '{}', 'more'], /call takes one payload/],
  [['call', 'f', '{"a":'], /the payload is not JSON/],
  [['call', 'f', '--timeout', 'soon'], /--timeout must be a number of milliseconds above 0/],
  [['call', 'f', '--timeout', '0'], /--timeout/],
])(
  '`iii-node %j` is refused with its reason and the usage, which fit on one screen',
  { timeout: 30_000 },
  async (args, reason) => {
    const { code, stdout, stderr } = await run(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(reason)
    expect(stderr).toContain(`Usage: iii-node ${args[0]!}`)
    expect(stderr).toContain(`\`iii-node ${args[0]!} --help\` describes the options`)
    expect(stderr.split('\n').length).toBeLessThan(16)
  },
)
