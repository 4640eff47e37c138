import * as ws from 'ws'
import { expect, test } from 'vitest'
import { requireModule } from '../../../src/std/require-module.js'

test('a package is the same one that an import gives', () => {
  expect((requireModule('ws') as typeof ws).WebSocket).toBe(ws.WebSocket)
})

test('a package that is not installed is an error that names it', () => {
  expect(() => requireModule('no-such-package')).toThrow(/no-such-package/)
})
