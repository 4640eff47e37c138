import { type } from 'arktype'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { parse } from '../../../../src/sdk/schema/parse.js'
import { readIssue } from '../../../../src/sdk/schema/issue.js'

const CANARY = 'canary-5f1e9c'
const HIDDEN = 'does not match its schema; the reason would show a secret'

test.each([
  ['zod', z.object({ login: z.object({ password: z.enum(['x']) }) })],
  ['valibot', v.object({ login: v.object({ password: v.picklist(['x']) }) })],
  ['arktype', type({ login: { password: "'x'" } })],
])('a password that does not fit a schema of %s is not part of the reason', async (_name, schema) => {
  const { issues } = await parse(schema, { login: { password: CANARY } })
  expect(issues).toMatchObject([{ path: '/login/password' }])
  expect(JSON.stringify(issues)).not.toContain('canary')
})

test.each([
  ['a reason without the value stays', 'at least 8 characters', 'at least 8 characters'],
  ['a reason with the value goes', `got ${CANARY}`, HIDDEN],
  ['a reason with the beginning of the value goes', 'got "canary…"', HIDDEN],
])('%s', (_name, message, shown) => {
  const value = { user: [{ api_key: CANARY }] }
  expect(readIssue({ message, path: ['user', { key: 0 }, 'api_key'] }, value)).toEqual({
    path: '/user/0/api_key',
    message: shown,
  })
})

test('a reason for another key is passed on whole, and one whose path leads nowhere is not when its key is telling', () => {
  expect(readIssue({ message: `got ${CANARY}`, path: ['name'] }, { name: CANARY }).message).toBe(`got ${CANARY}`)
  expect(readIssue({ message: `got ${CANARY}`, path: ['a', 'token'] }, 'text').message).toBe(HIDDEN)
})
