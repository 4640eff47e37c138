/**
 * The published entry points: the build, the `exports` of the package and the API reports are generated from them. To
 * add a subpath: write `src/entry/<name>.ts`, add a line here, run `npm run exports`, then `npm run build && npm run
 * api`.
 */

/** Published subpath → source file. The file in `dist/` is named after the subpath; the root is `index`. */
export const libraryEntries: Readonly<Record<string, string>> = {
  '.': 'src/index.ts',
  './errors': 'src/entry/errors.ts',
  './engine': 'src/entry/engine.ts',
  './protocol': 'src/entry/protocol.ts',
  './runtime': 'src/entry/runtime.ts',
  './trigger': 'src/entry/trigger.ts',
  './stream': 'src/entry/stream.ts',
  './state': 'src/entry/state.ts',
  './helpers': 'src/entry/helpers.ts',
  './channel': 'src/entry/channel.ts',
  './internal': 'src/entry/internal.ts',
  './helpers/http': 'src/entry/helpers/http.ts',
  './helpers/queue': 'src/entry/helpers/queue.ts',
  './helpers/stream': 'src/entry/helpers/stream.ts',
  './helpers/worker-connection-manager': 'src/entry/helpers/worker-connection-manager.ts',
  './helpers/observability': 'src/entry/helpers/observability.ts',
  './helpers/observability/internal': 'src/entry/helpers/observability/internal.ts',
  './schema': 'src/entry/schema.ts',
  './local-engine': 'src/entry/local-engine.ts',
  './testing': 'src/entry/testing.ts',
  './health': 'src/entry/health.ts',
  './later': 'src/entry/later.ts',
  './workflow': 'src/entry/workflow.ts',
  './bundle': 'src/entry/bundle.ts',
  './browser': 'src/entry/browser.ts',
  './fetch': 'src/entry/fetch.ts',
}

/** The command line: ESM only, never imported, so it has no types and no subpath. */
export const commandEntry = { name: 'cli', source: 'src/cli/main.ts' } as const

/** The name of a subpath's files in `dist/`, without extension. */
export function outputName(subpath: string): string {
  return subpath === '.' ? 'index' : subpath.slice('./'.length)
}

/** Output name → source file, in the form of the bundler. */
export function bundlerEntries(): Record<string, string> {
  return Object.fromEntries(Object.entries(libraryEntries).map(([subpath, source]) => [outputName(subpath), source]))
}

/** The expected `exports` in package.json. Types differ for import and require, so each condition has its own. */
export function packageExports(): Record<string, unknown> {
  const subpaths = Object.keys(libraryEntries).map((subpath) => {
    const file = `./dist/${outputName(subpath)}`
    const conditions = {
      import: { types: `${file}.d.ts`, default: `${file}.js` },
      require: { types: `${file}.d.cts`, default: `${file}.cjs` },
    }
    return [subpath, conditions] as const
  })
  return { ...Object.fromEntries(subpaths), './package.json': './package.json' }
}
