/**
 * The layer rule (docs/architecture.md), as data: each folder of `src/` with the folders it may import, besides itself.
 * Type-only imports count: a type that points upwards is the same knot in the reader's head.
 */
const ground = ['std', 'errors.ts', 'version.ts']
const wire = [...ground, 'protocol', 'transport']
const parts = [...wire, 'rpc', 'connection', 'channel', 'telemetry', 'schema', 'updates']

const mayImport = {
  // ground: no domain word, no I/O
  std: [],
  'errors.ts': ['std'],
  'version.ts': [],
  // wire: the language of frames, and moving them
  protocol: ground,
  transport: [...ground, 'protocol'],
  // parts: independent of each other, but for the connection, which performs calls, and telemetry, which rides one
  rpc: wire,
  connection: [...wire, 'rpc'],
  channel: wire,
  telemetry: [...wire, 'rpc', 'connection'],
  schema: wire,
  updates: wire,
  // ends: the SDK and the local engine never meet; the command line runs both
  worker: parts,
  engine: parts,
  cli: [...parts, 'worker', 'engine'],
  // entries: re-exports, and the one folder that joins the two ends for tests; who may reach it is ruled below
  'index.ts': [...parts, 'worker', 'entry'],
  testing: [...parts, 'worker', 'engine'],
  entry: [...parts, 'worker', 'engine', 'testing', 'index.ts'],
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
  ws: ['transport'],
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
        'std, errors, protocol, rpc, connection, schema and updates move no bytes: sockets and files come through ports.',
      severity: 'error',
      from: { path: joined(['std', 'errors.ts', 'protocol', 'rpc', 'connection', 'schema', 'updates']) },
      to: { path: IO },
    },
    {
      name: 'src-uses-no-development-package',
      comment: 'What users install is in `dependencies`, or an optional peer. Type packages are erased.',
      severity: 'error',
      from: { path: '^src/' },
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
      extensions: ['.ts', '.js', '.d.ts', '.json'],
    },
  },
}
