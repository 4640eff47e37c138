/**
 * `iii-node init`: writes the files of a new project from the templates of the package. Asks for what the command line
 * does not give; downloads nothing.
 */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe } from '../../../std/text/describe.js'
import { packageVersion } from '../../../version.js'
import { CommandError, Exit, UsageError, type RunCommand, type Terminal } from '../../command.js'
import { initOptions, TEMPLATES, type Template } from '../../options.js'
import { parse } from '../../parse.js'

/** The folders that make up a template. */
const LAYERS: Readonly<Record<Template, readonly string[]>> = {
  api: ['shared', 'typescript', 'api'],
  jobs: ['shared', 'typescript', 'jobs'],
  js: ['shared', 'js'],
}

/** Beside `dist` in the package; from the sources, at the root. */
const PLACES = ['../templates/', '../../../../templates/']

const DEFAULT_FOLDER = 'my-app'

/** A file of this name would not be packed, so it has another one in the templates. */
const RENAMED: Readonly<Record<string, string>> = { _gitignore: '.gitignore' }

/** What the command line gives. */
interface Given {
  readonly folder: string | undefined
  readonly template: Template | undefined
}

interface Choice {
  readonly folder: string
  readonly template: Template
}

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(initOptions, args)
  if (positionals.length > 1) throw new UsageError(`init takes one folder, got ${describe(positionals.join(' '))}`)
  const given = { folder: positionals[0], template: values.template }
  const choice = await choose(given, terminal, values.yes === true)
  await requireEmpty(choice.folder)
  const count = await writeProject(resolve(choice.folder), choice.template)
  terminal.out(nextSteps(choice, count))
  return Exit.OK
}

async function choose(given: Given, terminal: Terminal, takesDefaults: boolean): Promise<Choice> {
  const { folder, template } = given
  if (takesDefaults || (folder !== undefined && template !== undefined))
    return { folder: folder ?? DEFAULT_FOLDER, template: template ?? 'api' }
  if (folder !== undefined) await requireEmpty(folder)
  if ((terminal.stdin as Partial<NodeJS.ReadStream>).isTTY !== true)
    throw new UsageError('without a terminal, pass the folder and --template, or --yes for the defaults')
  return ask(given, terminal)
}

/** Asks for what is missing. An empty answer selects the default. */
async function ask({ folder, template }: Given, { stdin, err }: Terminal): Promise<Choice> {
  const input = createInterface({ input: stdin })
  const lines = input[Symbol.asyncIterator]()
  const answer = async (question: string, byDefault: string): Promise<string> => {
    err(`${question} (${byDefault}):`)
    const line = await lines.next()
    if (line.done === true) throw new CommandError('cancelled; nothing was written')
    return line.value.trim() || byDefault
  }
  try {
    const name = folder ?? (await answer('Folder', DEFAULT_FOLDER))
    await requireEmpty(name)
    let chosen = template
    while (chosen === undefined) {
      const text = await answer(`Template, one of ${TEMPLATES.join(', ')}`, 'api')
      chosen = TEMPLATES.find((each) => each === text)
    }
    return { folder: name, template: chosen }
  } finally {
    input.close()
  }
}

/** @throws {CommandError} when the folder is a file, or has files. A repository without files counts as empty. */
async function requireEmpty(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) return
  if (!found.isDirectory()) throw new CommandError(`${describe(folder)} is a file; pass the name of a new folder`)
  const files = (await readdir(folder)).filter((file) => file !== '.git')
  if (files.length === 0) return
  const shown = `${files.slice(0, 3).join(', ')}${files.length > 3 ? ', …' : ''}`
  throw new CommandError(`the folder ${describe(folder)} is not empty (${shown}); pass the name of a new folder`)
}

/** Copies the files of a template, and returns how many. */
async function writeProject(folder: string, template: Template): Promise<number> {
  const root = await templatesFolder()
  let count = 0
  for (const layer of LAYERS[template]) {
    const source = join(root, layer)
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const target = join(folder, relative(source, entry.parentPath), RENAMED[entry.name] ?? entry.name)
      await mkdir(dirname(target), { recursive: true })
      await copyFile(join(entry.parentPath, entry.name), target, constants.COPYFILE_EXCL)
      count += 1
    }
  }
  await namePackage(join(folder, 'package.json'), basename(folder))
  return count
}

async function templatesFolder(): Promise<string> {
  for (const place of PLACES) {
    const folder = fileURLToPath(new URL(place, import.meta.url))
    if ((await stat(join(folder, 'shared')).catch(() => undefined)) !== undefined) return folder
  }
  throw new CommandError('the templates of the package are missing; install iii-node again')
}

/** Writes the name of the project, and the version of this package. */
async function namePackage(file: string, folderName: string): Promise<void> {
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { name: string; dependencies: Record<string, string> }
  manifest.name = packageNameOf(folderName)
  manifest.dependencies['iii-node'] = `^${packageVersion}`
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`)
}

/** A name that npm accepts. */
function packageNameOf(folderName: string): string {
  const name = folderName
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[-._]+|-+$/g, '')
  return name.slice(0, 200) || DEFAULT_FOLDER
}

function nextSteps({ folder, template }: Choice, count: number): string {
  return `Created ${folder} from the template ${template}: ${String(count)} files. Next:

  cd ${folder}
  npm install
  npm test       # with a virtual clock
  npm run dev    # a local engine and the worker`
}
