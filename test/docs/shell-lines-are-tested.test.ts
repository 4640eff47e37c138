import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { codeBlocks, pages } from '../kit/documents.js'

/** Each command of the documentation, with the file that runs it and what that file must hold to do so. */
const EXECUTORS: Readonly<Record<string, readonly [file: string, evidence: string]>> = {
  'npm ci && npm start': ['test/processes/order-service-runs.test.ts', 'examples/order-service/main.ts'],
  'npm ci && npm test': ['.ci/run', 'npm test'],
  'npm ci': ['.ci/run', 'npm ci'],
  'npm test': ['.ci/run', 'npm test'],
  'npm run verify': ['.ci/run', 'npm run verify'],
  'npm install iii-node': ['package.json', '"name": "iii-node"'],
  'npm install --save-dev iii-node @modelcontextprotocol/sdk': ['package.json', '"@modelcontextprotocol/sdk"'],
  'npm install --save-dev tsx': ['package.json', '"tsx"'],
  'npx iii-node init': ['test/unit/cli/init.test.ts', "runCommand(['init'], {"],
  'npx iii-node engine': ['test/processes/cli-engine.test.ts', 'cliEngine()'],
  'npx iii-node engine --config iii.config.yaml': [
    'test/processes/cli-engine.test.ts',
    "cliEngine(['--config', file])",
  ],
  'npx iii-node engine --data ./data': ['test/processes/kept-data-survives-a-killed-engine.test.ts', '--data'],
  'npm install classic-level': ['package.json', '"classic-level"'],
  'cp -r node_modules/iii-node/examples .': ['package.json', '"examples",'],
  'npx tsx examples/24-durable-order.ts': ['package.json', '"examples": "tsx scripts/run-examples.ts"'],
  'npx iii-node console --url ws://127.0.0.1:49134': ['test/processes/cli-console.test.ts', "'console', '--url'"],
  'npx iii-node dev worker.ts': ['test/processes/cli-dev.test.ts', "'dev', file"],
  'npx iii-node dev worker.ts --otlp http://127.0.0.1:4318': [
    'test/processes/telemetry-reaches-a-collector.test.ts',
    "'--otlp', collector.url",
  ],
  "npx iii-node engine --otlp https://otlp.example/base --otlp-header 'authorization: Bearer token'": [
    'test/processes/telemetry-reaches-a-collector.test.ts',
    "'--otlp-header'",
  ],
  'npx iii-node types': ['test/processes/cli-types.test.ts', "runCommand(['types'"],
  'npx iii-node openapi > openapi.json': ['test/processes/openapi.test.ts', "runCommand(['openapi'"],
  'npx openapi-typescript openapi.json --output api.d.ts': ['test/processes/openapi.test.ts', 'openapiTS(stdout)'],
  'npx iii-node call configuration::get id=iii-queue': [
    'test/processes/exec-runs-commands.test.ts',
    "'configuration::get', 'id=iii-queue'",
  ],
  'npx iii-node call configuration::set \'{"id":"iii-queue","value":{"queue_configs":{"emails":{"concurrency":8}}}}\'':
    [
      'test/processes/exec-runs-commands.test.ts',
      '{"id":"iii-queue","value":{"queue_configs":{"emails":{"concurrency":8}}}}',
    ],
  'npx iii-node call engine::logs::list': ['test/processes/cli-call.test.ts', 'call(['],
  'npx iii-node call engine::traces::tree \'{"trace_id":"95600c6fba0ab5b1baf1472bde2badbd"}\'': [
    'test/processes/cli-call.test.ts',
    `call(['echo', '{"a":[1,2]}'])`,
  ],
  'npm init -y': ['test/package/first-steps-work.test.ts', "'init -y'"],
  'npm pkg set type=module': ['test/package/first-steps-work.test.ts', "'pkg set type=module'"],
  'curl http://127.0.0.1:3111/greet/Ada': ['test/package/first-steps-work.test.ts', "replace(':name', 'Ada')"],
  'npx iii-node call greet name=Ada': ['test/package/first-steps-work.test.ts', "'call', 'greet', 'name=Ada'"],
  'npx iii-node traces': ['test/processes/cli-answers.test.ts', "'traces'"],
}

const lines = pages()
  .flatMap((page) => codeBlocks(page))
  .filter(({ language }) => language === 'sh')
  .flatMap(({ page, code }) =>
    code
      .split('\n')
      .map((line) => line.replace(/\s+# .*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line, page] as const),
  )

test.each(lines)('`%s` (%s) is run by a test', (line) => {
  const executor = EXECUTORS[line]
  expect(executor, `say in this test which file runs \`${line}\``).toBeDefined()
  const [file, evidence] = executor!
  expect(readFileSync(file, 'utf8')).toContain(evidence)
})

test('every executor is used', () => {
  const used = new Set(lines.map(([line]) => line))
  expect(Object.keys(EXECUTORS).filter((line) => !used.has(line))).toEqual([])
})
