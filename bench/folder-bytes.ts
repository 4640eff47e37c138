/** The size of a folder: the bytes of all its files, independent of the block size of the file system. */
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** @param skip names of folders that do not count, at any depth. */
export function folderBytes(folder: string, skip: readonly string[] = []): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isFile()) bytes += lstatSync(path).size
    else if (entry.isDirectory() && !skip.includes(entry.name)) bytes += folderBytes(path, skip)
  }
  return bytes
}
