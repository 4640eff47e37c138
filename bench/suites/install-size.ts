/**
 * Disk space of an installation of the package alone. Really installs it into a temporary folder, so it needs the
 * registry or a filled cache; scripts of packages do not run.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { contenders, type Contender } from '../contender.js'
import { folderBytes } from '../folder-bytes.js'
import { installTarget } from '../package-budget.js'
import { interleave } from '../rounds.js'
import type { LockFile } from '../runtime-packages.js'
import { seriesOf } from '../series.js'
import type { Suite } from '../suite.js'

const PEER = 'iii-sdk@0.22.1'
const INSTALL = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save']

interface Installed {
  readonly bytes: number
  readonly packages: number
}

async function install({ side, root }: Contender): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-install-'))
  try {
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    const source = side === 'peer' ? PEER : await pack(root, folder)
    await promisify(execFile)('npm', [...INSTALL, source], { cwd: folder })
    const modules = join(folder, 'node_modules')
    const lock = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8')) as LockFile
    return { bytes: folderBytes(modules), packages: Object.keys(lock.packages).length }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The archive that would be published. */
async function pack(root: string, folder: string): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root })
  const [archive] = JSON.parse(stdout) as readonly { readonly filename: string }[]
  if (archive === undefined) throw new Error('npm packed nothing')
  return join(folder, archive.filename)
}

export const installSize: Suite = {
  id: 'p7',
  title: 'npm install of the package alone',
  async run(options) {
    const sides = contenders(options, ['peer', 'ours'], 'ours')
    // The same every time.
    const results = await interleave(sides, { rounds: 1, warmUpRounds: 0 }, install)
    return [
      {
        name: 'size',
        unit: 'MB',
        series: seriesOf(results, ({ bytes }) => bytes / 1e6),
        goal: { of: 'ours', limit: installTarget.bytes / 1e6, want: 'at most' },
      },
      {
        name: 'packages',
        unit: '',
        series: seriesOf(results, ({ packages }) => packages),
        goal: { of: 'ours', limit: installTarget.packages, want: 'at most' },
      },
    ]
  },
}
