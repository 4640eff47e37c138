/**
 * The layer rule (docs/architecture.md), as data: each folder of `src/` with the folders it may import, besides itself.
 * Type-only imports count: a type that points upwards is the same knot in the reader's head.
 */
const ground = ['std', 'error-code.ts', 'errors.ts', 'version.ts']
const wire = [...ground, 'wire/protocol', 'wire/transport', 'wire/updates', 'wire/otlp']
const sdk = ['sdk/rpc', 'sdk/connection', 'sdk/channel', 'sdk/telemetry', 'sdk/schema', 'sdk/worker', 'sdk/browser']
const columns = [...wire, ...sdk, 'engine']

const mayImport = {
  // ground: no domain word, no I/O
  std: [],
  'error-code.ts': [],
  'errors.ts': ['std', 'error-code.ts'],
  'version.ts': [],
  // wire: the language of frames, and moving them
  'wire/protocol': ground,
  'wire/transport': [...ground, 'wire/protocol'],
  'wire/updates': [...ground, 'wire/protocol'],
  'wire/otlp': [...ground, 'wire/protocol', 'wire/transport'],
  // columns: the SDK and the local engine never import each other. In the SDK, the worker stands on the other parts, which
  // are independent of each other, except that the connection performs calls, and telemetry uses a connection.
  'sdk/rpc': wire,
  'sdk/connection': [...wire, 'sdk/rpc'],
  'sdk/channel': wire,
  'sdk/telemetry': [...wire, 'sdk/rpc', 'sdk/connection'],
  'sdk/schema': wire,
  'sdk/worker': [...wire, ...sdk.filter((part) => part !== 'sdk/browser')],
  // a worker in a web page: the parts of a worker that need no Node
  'sdk/browser': [...wire, ...sdk],
  engine: wire,
  // durable steps: stands on the SDK alone, so it runs on every engine
  workflow: [...wire, ...sdk],
  // types and documents from the schemas that an engine lists
  generate: [...wire, ...sdk],
  // what needs both columns
  'console-server': [...wire, 'engine', 'generate'],
  bridge: columns,
  cli: [...columns, 'workflow', 'console-server', 'bridge', 'generate'],
  testing: [...columns, 'console-server', 'bridge', 'generate'],
  // a program for the browser, compiled into static files
  console: [...ground, 'wire/protocol', 'wire/transport', 'sdk/browser', 'sdk/connection', 'sdk/worker', 'workflow'],
  // entries: re-exports; which of them may reach the local engine is ruled below
  'index.ts': [...wire, ...sdk, 'entry'],
  entry: [...columns, 'workflow', 'testing', 'index.ts'],
}

/** `std` → everything in src/std/, `errors.ts` → that one file. */
const inside = (place) => (place.endsWith('.ts') ? `^src/${place.replace('.', '\\.')}$` : `^src/${place}/`)
const joined = (places) => places.map(inside).join('|')

const layerRules = Object.entries(mayImport).map(([place, allowed]) => ({
  name: `layer-${place}`,
  comment: `src/${place} may import only: itself${allowed.map((other) => `, ${other}`).join('')}.`,
  severity: 'error',
  from: { path: inside(place) },
  to: { path: '^src/', pathNot: joined([place, ...allowed]) },
}))

/** Outside packages that belong to one place. */
const owners = {
  ws: ['wire/transport'],
  'find-my-way': ['engine'],
  yaml: ['engine', 'cli'],
  croner: ['engine'],
  'classic-level': ['engine'],
}
const ownerRules = Object.entries(owners).map(([name, places]) => ({
  name: `only-home-of-${name}`,
  comment: `${name} may be imported in ${places.join(', ')} only.`,
  severity: 'error',
  from: { path: '^src/', pathNot: joined(places) },
  to: { path: `(^|/)node_modules/(@types/)?${name}/|^${name}$` },
}))

const IO = '^(node:)?(net|tls|http|https|http2|fs|fs/promises|dgram|dns|child_process|worker_threads|cluster)$'

export default {
  forbidden: [
    ...layerRules,
    ...ownerRules,
    {
      name: 'no-cycle',
      comment: 'No import cycles, type-only ones included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-file-has-a-layer',
      comment: 'A new folder in src/ first gets its line in dependency-cruiser.config.mjs.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: joined(Object.keys(mayImport)) },
    },
    {
      name: 'lone-file-has-a-layer',
      comment: 'The same, for a file that nothing imports.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: joined(Object.keys(mayImport)) },
      to: {},
    },
    {
      name: 'stray-file-imports',
      comment: 'A new folder in src/ first gets its line in dependency-cruiser.config.mjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: joined(Object.keys(mayImport)) },
      to: {},
    },
    {
      name: 'entries-stay-clear-of-the-local-engine',
      comment: 'Only these two entries lead to the local engine: a production worker does not load it.',
      severity: 'error',
      from: { path: '^src/(index\\.ts$|entry/)', pathNot: '^src/entry/(testing|local-engine)\\.ts$' },
      to: { path: '^src/engine/', reachable: true },
    },
    {
      name: 'no-io-in-pure-layers',
      comment:
        'std, errors, wire/protocol, wire/updates, sdk/rpc, sdk/connection and sdk/schema move no bytes: sockets and files come through ports.',
      severity: 'error',
      from: {
        path: joined([
          'std',
          'error-code.ts',
          'errors.ts',
          'wire/protocol',
          'wire/updates',
          'sdk/rpc',
          'sdk/connection',
          'sdk/schema',
        ]),
      },
      to: { path: IO },
    },
    {
      name: 'src-uses-no-development-package',
      comment: 'What users install is in `dependencies`, or an optional peer. Type packages are erased.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm-peer'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'src-stays-in-src',
      comment: 'The package imports neither tests nor examples, scripts or benchmarks.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|examples|bench|scripts|docs)/' },
    },
    {
      name: 'examples-use-the-public-surface',
      comment: 'Examples import `iii-node` and its subpaths, as users do.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^src/', pathNot: '^src/(index\\.ts$|entry/)' },
    },
    {
      name: 'resolvable',
      comment: 'Every import has to lead somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.d.ts', '.json'],
    },
  },
}
