import { readFileSync } from 'node:fs'
import eslint from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const SOURCE = ['src/**/*.{ts,tsx}']
const OUTSIDE_SOURCE = [
  'test/**/*.ts',
  'examples/**/*.ts',
  'templates/**/*.ts',
  'bench/**/*.ts',
  'scripts/**/*.ts',
  '*.config.ts',
]

/** Time and chance come through the ports in `std/`, so that tests can drive them. */
const PORTS = 'Take it from the clock or random port in std/, so that tests can drive it.'

/** Codes come from the one list, so that it and the page that describes it are complete. */
const CODES = readFileSync(`${import.meta.dirname}/src/error-code.ts`, 'utf8')
  .match(/(?<=^ {2}')\w+(?=',$)/gm)
  .join('|')
const TEXT = ':matches(Literal[value=/^./][raw=/^[\'"]/], TemplateLiteral[expressions.length=0])'
const CODED_ERRORS = '/^(Runtime|Handler|Serde|WebSocket|NotConnected)Error$/'
/** Codes of Node, of its parts and of packages. */
const FOREIGN_CODE = '/^(E[A-Z]+|EAI_AGAIN|ERR_\\w+|MODULE_NOT_FOUND|LEVEL_LOCKED|STATUS_CODE_\\w+)$/'
/** Where a value becomes a code. */
const CODE =
  ':matches(Property[key.name="code"], PropertyDefinition[key.name="code"], VariableDeclarator[id.name="code"])'
const literalCodes = [
  `${CODE} > ${TEXT}`,
  `${CODE} > :matches(ConditionalExpression, LogicalExpression, AssignmentPattern, TSAsExpression) > ${TEXT}`,
  `NewExpression[callee.name=${CODED_ERRORS}] > ${TEXT}.arguments:first-child`,
  `BinaryExpression:matches([left.property.name="code"], [left.property.value="code"], [left.name="code"]) > ${TEXT}.right:not([value=${FOREIGN_CODE}])`,
  `:matches(CallExpression, NewExpression, ConditionalExpression, LogicalExpression, ArrowFunctionExpression, ReturnStatement) > Literal[value=/^(${CODES})$/]`,
].map((selector) => ({ selector, message: 'Name the code through ErrorCode (src/error-code.ts).' }))

const TIMERS = new Set(['setTimeout', 'setInterval'])
const TIMER_MODULES = /^(node:)?timers(\/promises)?$/

/** Reports real timers. A test that needs real time disables the rule where it waits, and says why. */
const realTime = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      timer:
        'Wait for a condition (test/kit/waiting.ts) or advance a virtual clock. If real time is what the test is about: eslint-disable-next-line local/real-time -- <reason>',
      reason: 'Give the reason after `--`.',
    },
  },
  create({ sourceCode, report }) {
    const reportTimer = (node) => report({ node, messageId: 'timer' })
    return {
      Program(node) {
        const globals = sourceCode.getScope(node).set
        const uses = [
          ...sourceCode.scopeManager.globalScope.through,
          ...[...TIMERS].flatMap((name) => globals.get(name)?.references ?? []),
        ]
        for (const { identifier } of uses) if (TIMERS.has(identifier.name)) reportTimer(identifier)
        for (const comment of sourceCode.getAllComments())
          if (/^\s*eslint-disable.*local\/real-time/.test(comment.value) && !/ -- \S/.test(comment.value))
            report({ loc: comment.loc, messageId: 'reason' })
      },
      ImportDeclaration(node) {
        if (!TIMER_MODULES.test(node.source.value)) return
        for (const specifier of node.specifiers) {
          if (specifier.type === 'ImportSpecifier' && !TIMERS.has(specifier.imported.name)) continue
          for (const variable of sourceCode.getDeclaredVariables(specifier))
            for (const { identifier } of variable.references) reportTimer(identifier)
        }
      },
      'MemberExpression[property.name=/^set(Timeout|Interval)$/][object.name=/^(globalThis|global)$/]': reportTimer,
      'CallExpression[callee.object.name="Atomics"][callee.property.name="wait"]': reportTimer,
    }
  },
}

export default defineConfig(
  globalIgnores([
    'templates/typescript/',
    'dist/',
    'coverage/',
    'temp/',
    'test/conformance/scenarios/',
    'test/package/registered/',
    'examples/python-prices/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  eslint.configs.recommended,

  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: ['error', 'always'],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        {
          // `default: assertNever(x)` is how a switch ends; it must still name every member.
          allowDefaultCaseForExhaustiveSwitch: true,
          considerDefaultExhaustiveForUnions: false,
          requireDefaultForNonUnion: true,
        },
      ],
      // A leading underscore says: the signature needs it, the body does not.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Numbers and booleans read well in messages; objects, null and undefined stay forbidden.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowAny: false, allowNullish: false },
      ],
      // Public types are aliases: only an alias fits an index signature, which code written for the official package needs.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // `deferred<void>()` is a promise of nothing.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // `() => doIt()` is the plain way to pass a callback whose result nobody reads.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `while (true)` with a return inside says what it does.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // The compiler refuses what this rule refuses: the enums of the package hold strings.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // An AbortSignal's reason and a caught value are passed on as they came, whatever they are.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      // `noPropertyAccessFromIndexSignature` asks for brackets exactly where this rule would take them away.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
    },
  },

  {
    files: SOURCE,
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true, IIFEs: true }],
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      'max-depth': ['error', 4],
      complexity: ['error', { max: 15, variant: 'modified' }],
      'no-console': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^iii-node($|/)', message: 'Inside the package, import the file by its path.' }] },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: one thing has one name everywhere.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
        { selector: 'TSParameterProperty', message: 'Declare the field, then assign it.' },
        {
          selector: ':matches(PropertyDefinition, MethodDefinition)[accessibility="private"]',
          message: 'Use a #private name: it holds at run time too.',
        },
        ...literalCodes,
      ],
    },
  },
  {
    // Markup takes lines: one for each attribute.
    files: ['src/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }] },
  },
  {
    files: ['src/index.ts', 'src/entry/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: one thing has one name everywhere.' },
        {
          selector: 'ExportAllDeclaration',
          message: 'Name each export: the public surface is a decision, not a leak.',
        },
      ],
    },
  },
  {
    files: SOURCE,
    ignores: ['src/std/time/{clock,web-clock}.ts', 'src/std/{random,web-random}.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'].map((name) => ({
          name,
          message: PORTS,
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: PORTS },
        { object: 'Math', property: 'random', message: PORTS },
      ],
    },
  },
  {
    // The command line talks to a person, so it prints.
    files: ['src/cli/**/*.ts'],
    rules: { 'no-console': 'off' },
  },

  {
    files: OUTSIDE_SOURCE,
    rules: {
      // A handler or a stub is `async` because its contract is, not because it waits for something.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // These take a tenth of the time of the linter, and look after code that users run: the package and the examples.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-deprecated': 'off',
    },
  },
  {
    // The test runner of Node waits for its tests by itself.
    files: ['templates/*/test/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // In a test a wrong `!` fails the test, which is what it is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Handlers that do nothing are part of many set-ups.
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    // Programs of their own, which wait for other processes or follow a script.
    ignores: [
      'test/kit/children/**',
      'test/conformance/**',
      'test/interop/node/**',
      'test/compat/worker-for-official-sdk.ts',
    ],
    plugins: { local: { rules: { 'real-time': realTime } } },
    rules: { 'local/real-time': 'error' },
  },
  {
    // Plain JavaScript configuration: not part of the TypeScript project.
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
)
