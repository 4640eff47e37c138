/** Checks the deployment files with the programs that read them: promtool, systemd-analyze and kubernetes-validate. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, inject, test } from 'vitest'
import { temporaryFolder } from '../kit/temporary-folder.js'

const LIMIT_MS = 60_000

/** Runs a validator. If it is not installed, the test fails and says what to install. */
function run(
  command: string,
  args: readonly string[],
  cwd = '.',
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: LIMIT_MS })
  if (error !== undefined)
    throw new Error(`\`${command}\` could not be run; see "Other programs" in CONTRIBUTING.md`, { cause: error })
  return { status, output: `${stdout}${stderr}` }
}

test.each([
  [['check', 'config', 'prometheus.yml']],
  [['check', 'rules', 'alerts.yml']],
  [['test', 'rules', 'alerts.test.yml']],
])('promtool %s finds nothing wrong', { timeout: LIMIT_MS }, (args) => {
  const { status, output } = run('promtool', args, 'docs/deploy/prometheus')
  expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')])
})

test('systemd-analyze verify finds nothing wrong in the unit', { timeout: LIMIT_MS }, async () => {
  const unit = readFileSync('docs/deploy/systemd/orders.service', 'utf8')
  const file = join(await temporaryFolder(), 'orders.service')
  // The program has to exist on this machine.
  writeFileSync(file, unit.replace('/usr/bin/node', process.execPath))
  expect(run('systemd-analyze', ['verify', file])).toEqual({ status: 0, output: '' })
  writeFileSync(file, unit.replace('KillMode=mixed', 'KillMode=never-heard-of'))
  expect(run('systemd-analyze', ['verify', file]).output).toContain('kill mode')
})

test.each(['worker', 'engine'])('kubernetes-validate accepts %s.yaml', { timeout: LIMIT_MS }, async (name) => {
  const setup = inject('pythonSetup')
  if ('problem' in setup) throw new Error(setup.problem)
  const validate = (path: string) => run(setup.python, ['-m', 'kubernetes_validate', '--strict', path])
  const file = resolve(`docs/deploy/kubernetes/${name}.yaml`)
  const { status, output } = validate(file)
  expect(status, output).toBe(0)
  const wrong = join(await temporaryFolder(), 'wrong.yaml')
  writeFileSync(wrong, readFileSync(file, 'utf8').replace('replicas:', 'replica:'))
  expect(validate(wrong).status).not.toBe(0)
})
