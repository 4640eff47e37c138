import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** A second copy of the built package, as an older or newer one beside it would be. Below the root, for its imports. */
let copy: string

beforeAll(() => {
  copy = mkdtempSync(join('temp', 'copy-'))
  cpSync('dist', copy, { recursive: true })
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** Runs in a process of its own that has loaded the package as ESM, as CommonJS, and a second copy of it. */
function inOneProcess(body: string): unknown {
  const source = `
    import { createRequire } from 'node:module'
    import * as esm from 'iii-node/errors'
    const require = createRequire(process.cwd() + '/x.js')
    const cjs = require('iii-node/errors')
    const other = await import(process.cwd() + '/${copy}/errors.js')
    const root = await import('iii-node')
    const copies = { esm, cjs, other }
    const random = (() => { let s = 28; return (n) => (s = (s * 48271) % 2147483647) % n })()
    const word = () => ['', 'X', 'not_found', 'ü😀', '\\ud800', 'a: b', '__proto__', 'line\\nbreak'][random(8)] + random(100)
    const maybe = (make) => (random(2) === 0 ? {} : make())
    ${body}`
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', source], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  return JSON.parse(output)
}

const CASES = `
    const makers = {
      InvocationError: (from, i, o) => new from.InvocationError(i, o),
      RemoteError: (from, i, o) => new from.RemoteError(i, o),
      TimeoutError: (from, i, o) => new from.TimeoutError(i, o),
      NotConnectedError: (from, i, o) => new from.NotConnectedError(i.code, i.message, { ...o, outcome: i.outcome }),
      RuntimeError: (from, i, o) => new from.RuntimeError(i.code, i.message, o),
      HandlerError: (from, i, o) => new from.HandlerError(i.code, i.message, o),
      SerdeError: (from, i, o) => new from.SerdeError(i.code, i.message, o),
      ValidationError: (from, i, o) => new from.ValidationError({ ...i, functionId: 'f', issues: [{ path: '/a', message: 'm' }] }, o),
      WebSocketError: (from, i, o) => new from.WebSocketError(i.code, i.message, { ...o, ...i.socket }),
      RegistrationRejectedError: (from, i) => new from.RegistrationRejectedError({ code: i.code, namespace: 'n', owner_worker_id: 'o' }),
    }
    const names = ['IIIError', ...Object.keys(makers)]
    const line = (error, from) => names.filter((name) => error instanceof from[name])
    const facts = (error) => ({ name: error.name, message: error.message, code: error.code, own: Object.entries(error).sort(), cause: error.cause === undefined ? null : 'kept' })
    const wrong = []
    let checked = 0
    for (let index = 0; index < 500; index += 1) {
      const kind = Object.keys(makers)[index % 10]
      const cause = new Error(word())
      const init = { code: word(), message: word(), outcome: random(2) ? 'unknown' : 'not_sent',
        ...maybe(() => ({ function_id: word() })), ...maybe(() => ({ stacktrace: word() })), ...maybe(() => ({ invocationId: word() })),
        socket: { ...maybe(() => ({ status: 400 + random(99) })), ...maybe(() => ({ closeCode: 1000 + random(12) })) } }
      const options = random(2) === 0 ? undefined : { cause }
      const made = Object.values(copies).map((from) => makers[kind](from, init, options))
      const first = JSON.stringify([facts(made[0]), line(made[0], esm)])
      for (const error of made) {
        checked += 1
        if (options && kind !== 'RegistrationRejectedError' && error.cause !== cause) wrong.push([kind, 'cause'])
        if (!(error instanceof Error) || error.code !== init.code || !error.message.includes(kind === 'RegistrationRejectedError' ? init.code : init.message)) wrong.push([kind, 'members'])
        if (!error.stack.includes(error.name)) wrong.push([kind, 'stack'])
        for (const from of Object.values(copies)) {
          const seen = JSON.stringify([facts(error), line(error, from)])
          if (seen !== first || !(error instanceof from[kind])) wrong.push([kind, seen, first])
        }
      }
    }
    console.log(JSON.stringify({ checked, wrong: wrong.slice(0, 5), apart: esm.IIIError !== cjs.IIIError && esm.IIIError !== other.IIIError, same: root.IIIError === esm.IIIError }))`

test('500 errors look the same and are known to each copy of the package: ESM, CommonJS, and another ESM', () => {
  expect(inOneProcess(CASES)).toEqual({ checked: 1_500, wrong: [], apart: true, same: true })
})

const THROWN_ELSEWHERE = `
    const { createTestEngine } = require('iii-node/testing')
    const engine = await createTestEngine({ ports: false, clock: 'virtual' })
    const worker = engine.connect({ workerName: 'w' })
    for (const [name, from] of Object.entries(copies))
      worker.registerFunction(name, () => { throw new from.RemoteError({ code: 'CODE_' + name, message: 'said ' + name, stacktrace: 'origin' }) })
    await engine.advance(10)
    const seen = []
    for (const name of Object.keys(copies)) {
      const call = worker.trigger({ function_id: name, payload: {} }).catch((error) => error)
      await engine.advance(10)
      const error = await call
      seen.push([error.name, error.code, error.message, error.detail, error.function_id, error.stacktrace, ...Object.values(copies).map((from) => error instanceof from.RemoteError)])
    }
    await engine.close()
    console.log(JSON.stringify(seen))`

test('a handler may throw an error of any copy: its code, text and stack reach the caller, whose copies all know it', () => {
  expect(inOneProcess(THROWN_ELSEWHERE)).toEqual(
    ['esm', 'cjs', 'other'].map((name) => [
      'InvocationError',
      `CODE_${name}`,
      `CODE_${name}: said ${name}`,
      `said ${name}`,
      name,
      'origin',
      true,
      true,
      true,
    ]),
  )
})
