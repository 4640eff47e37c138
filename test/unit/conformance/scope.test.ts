import { expect, test } from 'vitest'
import { Scope } from '../../conformance/scope.js'

test('References are replaced in values and keys; a lone reference keeps its type', () => {
  const scope = new Scope()
  scope.set('n', 3)
  scope.set('o', { deep: true })
  expect(scope.fill({ '${n}': '${n}', list: ['n=${n}', '${o}', 'o=${o}'], none: null })).toEqual({
    '3': 3,
    list: ['n=3', { deep: true }, 'o={"deep":true}'],
    none: null,
  })
})

test('Identifiers are made on first use, stay, and have the right form', () => {
  const scope = new Scope()
  expect(scope.get('uuid:x')).toMatch(/^[0-9a-f-]{36}$/)
  expect(scope.get('uuid:x')).toBe(scope.get('uuid:x'))
  expect(scope.get('uuid:x')).not.toBe(scope.get('uuid:y'))
  expect(scope.get('trace:t')).toMatch(/^[0-9a-f]{32}$/)
  expect(scope.get('span:s')).toMatch(/^[0-9a-f]{16}$/)
  expect(scope.get('run')).toBe(scope.run)
  expect(new Scope().run).not.toBe(scope.run)
})

test('Times are of now', () => {
  const scope = new Scope()
  const before = Date.now()
  expect(scope.get('now+1000')).toBeGreaterThanOrEqual(before + 1000)
  expect(BigInt(scope.get('nowNs') as string) / 1_000_000n).toBeGreaterThanOrEqual(BigInt(before))
})

test('An unset variable fails the scenario with its name', () => {
  expect(() => new Scope().fill('${unset}')).toThrow('unknown variable ${unset}')
  expect(() => new Scope().fill('${unset:x}')).toThrow('unknown variable ${unset:x}')
})
