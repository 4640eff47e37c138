/** Files that commands generate: reads and replaces them as a whole. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { parseEngineSchemas, type EngineSchemas } from '../generate/engine-schemas.js'
import { messageOf } from '../std/text/describe.js'
import { CommandError, Exit } from './command.js'

/** The text of a file, or `undefined` when there is none. */
export async function fileText(name: string): Promise<string | undefined> {
  return readFile(name, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CommandError(`${name} cannot be read: ${reasonOf(error)}`)
  })
}

/**
 * Replaces a file in one step, so that no reader sees a part of it. A file with this text stays as it is.
 * @returns whether the file was written.
 * @throws {CommandError} with the reason.
 */
export async function writeIfChanged(name: string, text: string): Promise<boolean> {
  if ((await fileText(name)) === text) return false
  const draft = `${name}.${String(process.pid)}.tmp`
  try {
    await writeFile(draft, text)
    await rename(draft, name)
  } catch (error) {
    await rm(draft, { force: true })
    throw new CommandError(`${name} cannot be written: ${reasonOf(error)}`)
  }
  return true
}

/** The draft beside a file has another name, which the messages of the system would show. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'its folder does not exist'
  return code === 'EISDIR' ? 'it is a folder' : messageOf(error)
}

/**
 * Reads a file that `iii-node schemas` has written.
 * @throws {CommandError} with the reason.
 */
export async function readSchemasFile(name: string): Promise<EngineSchemas> {
  const text = await fileText(name)
  if (text === undefined) throw new CommandError(`there is no file ${name}`, Exit.NOT_FOUND)
  try {
    return parseEngineSchemas(text)
  } catch (error) {
    throw new CommandError(`${name} cannot be used: ${messageOf(error)}`)
  }
}
