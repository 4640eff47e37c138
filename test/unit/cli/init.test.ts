import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../../kit/cli-terminal.js'
import { temporaryFolder } from '../../kit/temporary-folder.js'

async function emptyPlace(): Promise<string> {
  return join(await temporaryFolder(), 'shop')
}

test('writes no file into a folder that is not empty, and names its content', async () => {
  const folder = await emptyPlace()
  await mkdir(folder)
  for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(folder, name), '')
  const { code, stderr } = await runCommand(['init', folder, '--yes'])
  expect(code).toBe(1)
  expect(stderr).toContain('is not empty (a, b, c, …); pass the name of a new folder')
  expect(readdirSync(folder)).toEqual(['a', 'b', 'c', 'd'])
})

test('refuses the path of a file', async () => {
  const file = await emptyPlace()
  await writeFile(file, 'kept')
  const { code, stderr } = await runCommand(['init', file, '--yes'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('is a file; pass the name of a new folder')])
  expect(readFileSync(file, 'utf8')).toBe('kept')
})

test('writes into a repository without files', async () => {
  const folder = await emptyPlace()
  await mkdir(join(folder, '.git'), { recursive: true })
  expect((await runCommand(['init', folder, '--template', 'js'])).code).toBe(0)
  expect(existsSync(join(folder, '.gitignore'))).toBe(true)
})

test('the build of a project reads the file that its script `types` writes', async () => {
  const folder = await emptyPlace()
  await runCommand(['init', folder, '--template', 'api'])
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const { scripts } = read('package.json') as { readonly scripts: Readonly<Record<string, string>> }
  const [, file = ''] = /--out (\S+)/.exec(scripts['types'] ?? '') ?? []
  expect(file).toBe('iii.d.ts')
  for (const name of ['tsconfig.json', 'tsconfig.build.json'])
    expect(read(name)).toMatchObject({ include: expect.arrayContaining([file]) as unknown })
})

test.each([
  [['init', 'a', 'b'], 'init takes one folder'],
  [['init', 'a', '--template', 'java'], '--template must be api, jobs, js'],
  [['init'], 'without a terminal, pass the folder and --template, or --yes'],
  [['schema'], 'schema takes one argument, config'],
])('%s is a wrong command line', async (args, message) => {
  const { code, stderr } = await runCommand(args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})

test('a name that npm refuses becomes one that it accepts', async () => {
  const folder = join(await temporaryFolder(), '.My Shop ünd 2!')
  await runCommand(['init', folder, '--yes'])
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({ name: 'my-shop-nd-2' })
})

test('asks for the folder and the template, and again after an unknown template', async () => {
  const folder = await emptyPlace()
  const { code, stdout, stderr } = await runCommand(['init'], { input: `${folder}\nnone\njobs\n`, isTyped: true })
  expect(code).toBe(0)
  expect(stdout).toContain(`Created ${folder} from the template jobs`)
  const question = 'Template, one of api, jobs, js (api):\n'
  expect(stderr).toBe(`Folder (my-app):\n${question}${question}`)
})

test('writes nothing if the questions are cancelled', async () => {
  const folder = await emptyPlace()
  const { code, stderr } = await runCommand(['init', folder], { input: '', isTyped: true })
  expect([code, stderr]).toEqual([1, expect.stringMatching(/cancelled; nothing was written\n$/)])
  expect(existsSync(folder)).toBe(false)
})
