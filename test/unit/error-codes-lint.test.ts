import { ESLint, Linter } from 'eslint'
import tseslint from 'typescript-eslint'
import { beforeAll, expect, test } from 'vitest'

let rule: Linter.RuleEntry

beforeAll(async () => {
  const config = (await new ESLint().calculateConfigForFile('src/errors.ts')) as { rules: Linter.RulesRecord }
  rule = config.rules['no-restricted-syntax']!
})

function problemsIn(code: string): number {
  const languageOptions = { parser: tseslint.parser as Linter.Parser }
  return new Linter().verify(code, [{ languageOptions, rules: { 'no-restricted-syntax': rule } }]).length
}

test.each([
  "fail({ code: 'NEW_CODE', message })",
  'fail({ code: `NEW_CODE`, message })',
  "fail({ code: typeof code === 'string' ? code : 'NEW_CODE' })",
  "const { code = 'NEW_CODE' } = error",
  "const code = 'NEW_CODE'",
  "class Own { code = 'NEW_CODE' }",
  "throw new RuntimeError('NEW_CODE', 'text')",
  "if (error.code === 'new_code') retry()",
  "if (error['code'] === 'new_code') retry()",
  "if (code === 'new_code') retry()",
  "fail('TIMEOUT')",
  "const codeOf = () => 'TIMEOUT'",
])('a literal as an error code is a lint error: %s', (code) => {
  expect(problemsIn(code)).toBe(1)
})

test.each([
  'fail({ code: ErrorCode.TIMEOUT, message })',
  'close({ code: 1000 })',
  "report({ kind: 'trigger_replaced' })",
  "const schema = { code: { type: 'string' } }",
  "throw new TypeError('text')",
  "if (error.code === 'ENOENT') retry()",
  "if (error.code === 'ERR_SSL_WRONG_VERSION_NUMBER') retry()",
  "const code = 'code' in cause ? String(cause.code) : ''",
])('other literals, such as the codes of Node, are allowed: %s', (code) => {
  expect(problemsIn(code)).toBe(0)
})
