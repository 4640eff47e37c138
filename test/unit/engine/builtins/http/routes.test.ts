import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRoute, routeConfig, type Route } from '../../../../../src/engine/builtins/http/route.js'
import { isReachable, RouteTable } from '../../../../../src/engine/builtins/http/routes.js'
import { readTriggerConfig } from '../../../../../src/engine/declare/function.js'
import { bindingOf } from '../../../../kit/builtin-rig.js'

let bindings = 0

function routeOf(path: unknown, method: unknown = 'GET', id = `t-${String(++bindings)}`) {
  return routeFrom({ api_path: path, http_method: method }, id)
}

function routeFrom(config: unknown, id = 'f'): Route {
  const binding = bindingOf({ id, triggerType: 'http', functionId: id, config })
  return parseRoute(binding, readTriggerConfig(binding, routeConfig))
}

function tableOf(...paths: string[]): RouteTable {
  const table = new RouteTable()
  for (const path of paths) table.add(routeOf(path))
  return table
}

const matched = (table: RouteTable, path: string, method = 'GET') => {
  const match = table.match(method, path)
  return match === undefined ? undefined : [match.route.template, match.pathParams]
}

test.each([
  ['/users/:id', '/users/7', { id: '7' }],
  ['users/:id', '/users/7', { id: '7' }],
  ['/users/:id', '/users/a%20b%2Fc', { id: 'a%20b%2Fc' }],
  ['/users/:id', '/users/%', { id: '%' }],
  ['/users/:id', '/users/%E0%A4%A', { id: '%E0%A4%A' }],
  ['/users/:id', '/users/*;x=1', { id: '*;x=1' }],
  ['/users/:id', '/users/:id', { id: ':id' }],
  ['/:__proto__/:constructor', '/a/b', JSON.parse('{"__proto__":"a","constructor":"b"}')],
  ['/:a-b/:c.d/:e(f)?', '/1/2/3', { 'a-b': '1', 'c.d': '2', 'e(f)?': '3' }],
  ['/:x/:x', '/1/2', { x: '2' }],
  ['/a:b/(c)/d.e', '/a:b/(c)/d.e', {}],
  ['/a%20b', '/a%20b', {}],
  ['/', '/', {}],
  ['', '/', {}],
  ['/a//b', '/a//b', {}],
  ['/a/', '/a/', {}],
])('the path %s matches %s', (template, path, params: unknown) => {
  expect(matched(tableOf(template), path)).toEqual([template, params])
})

test.each([
  ['/a', '/a/'],
  ['/a/', '/a'],
  ['/a', '/A'],
  ['/a/:id', '/a/'],
  ['/a/:id', '/a'],
  ['/a/:id', '/a/b/c'],
  ['/a b', '/a%20b'],
  ['/a%20b', '/a%2520b'],
  ['/a:b', '/axb'],
  ['/a/b', '/a//b'],
])('the path %s does not match %s', (template, path) => {
  expect(matched(tableOf(template), path)).toBeUndefined()
})

test('fixed segments win over parameters, and an empty segment falls through to a route that has one', () => {
  const table = tableOf('/:a/:b', '/users/:id', '/users/me', '/:x/')
  expect(matched(table, '/users/me')?.[0]).toBe('/users/me')
  expect(matched(table, '/users/you')?.[0]).toBe('/users/:id')
  expect(matched(table, '/teams/me')?.[0]).toBe('/:a/:b')
  expect(matched(table, '/users/')?.[0]).toBe('/:x/')
})

test('a very long segment is still a parameter', () => {
  const long = 'x'.repeat(10_000)
  expect(matched(tableOf('/:id'), `/${long}`)).toEqual(['/:id', { id: long }])
})

test('the same method and path again takes the route over, and removing either leaves it as its owner left it', () => {
  const table = new RouteTable()
  table.add(routeOf('/a', 'GET', 'old'))
  table.add(routeOf('a', 'get', 'new'))
  expect(table.match('GET', '/a')?.route.binding.id).toBe('new')
  table.remove('old')
  expect(table.match('GET', '/a')?.route.binding.id).toBe('new')
  table.remove('new')
  expect(table.match('GET', '/a')).toBeUndefined()
  expect(table.size).toBe(0)
})

test('a binding that comes again with another path leaves its old path', () => {
  const table = new RouteTable()
  table.add(routeOf('/a/:id', 'GET', 't'))
  table.add(routeOf('/a/:name', 'GET', 't'))
  expect(table.match('GET', '/a/1')?.pathParams).toEqual({ name: '1' })
  table.add(routeOf('/b', 'GET', 't'))
  expect(table.match('GET', '/a/1')).toBeUndefined()
  expect(table.match('GET', '/b')).toBeDefined()
  expect(table.size).toBe(1)
})

test('the same shape with other parameter names is refused and changes nothing', () => {
  const table = tableOf('/u/:id')
  expect(() => {
    table.add(routeOf('/u/:name'))
  }).toThrow("Route 'GET /u/:name' conflicts with already-registered route 'GET /u/:id': ")
  expect(matched(table, '/u/1')).toEqual(['/u/:id', { id: '1' }])
  table.add(routeOf('/u/:name', 'POST'))
  table.add(routeOf('/u/:name/x'))
  expect(matched(table, '/u/1', 'POST')).toEqual(['/u/:name', { name: '1' }])
  expect(matched(table, '/u/1/x')).toEqual(['/u/:name/x', { name: '1' }])
})

test('methods at a path are those with a route there', () => {
  const table = new RouteTable()
  table.add(routeOf('/a/:id', 'delete'))
  table.add(routeOf('/a/b', 'Post'))
  table.add(routeOf('/c', 'PUT'))
  expect(table.methodsAt('/a/b')).toEqual(['POST', 'DELETE'])
  expect(table.methodsAt('/d')).toEqual([])
})

test('a method or path no request can have is accepted and never matches', () => {
  const table = new RouteTable()
  for (const route of [
    routeOf('/a', 'BREW'),
    routeOf('/a', 'TRACE'),
    routeOf('/a?b', 'PUT'),
    routeOf('/a', 'OPTIONS'),
  ]) {
    expect(isReachable(route)).toBe(false)
    table.add(route)
  }
  expect(table.match('BREW', '/a')).toBeUndefined()
  expect(table.match('TRACE', '/a')).toBeUndefined()
  expect(isReachable(routeOf('/a', 'patch'))).toBe(true)
})

test.each([
  ['no config', undefined, 'api_path is required for http triggers'],
  ['a config that is no object', 'x', 'config of a trigger of type `http` must be an object'],
  ['no path', {}, 'api_path is required for http triggers'],
  ['a null path', { api_path: null }, 'api_path is required for http triggers'],
  ['a path that is no string', { api_path: ['/a'] }, '`api_path` must be a string, got an array of 1'],
  ['a wildcard', { api_path: '/files/*' }, "api_path '/files/*' has a '*'"],
  ['a parameter without a name', { api_path: '/a/:/b' }, "api_path '/a/:/b' has a parameter without a name"],
  ['a method that is no string', { api_path: '/', http_method: 1 }, '`http_method` must be a string, got 1'],
  [
    'a condition that is no string',
    { api_path: '/', condition_function_id: {} },
    '`condition_function_id` must be a string',
  ],
  [
    'middleware that is no list',
    { api_path: '/', middleware_function_ids: 'a' },
    '`middleware_function_ids` must be a list',
  ],
  ['middleware that is no string', { api_path: '/', middleware_function_ids: [1] }, 'middleware_function_ids'],
])('%s is refused', (_, config: unknown, message) => {
  expect(() => routeFrom(config)).toThrow(message)
})

test('the route tree matches like a comparison segment by segment', () => {
  const segment = fc.constantFrom('a', 'b', 'a.b', 'a%20', '%', 'a:b', '(a)', '', '::', 'é')
  const parameter = fc.constantFrom(':x', ':y', ':x-y', ':__proto__')
  const templates = fc.array(fc.array(fc.oneof(segment, parameter), { minLength: 1, maxLength: 3 }), { maxLength: 8 })
  const path = fc.array(fc.oneof(segment, fc.constantFrom('*', 'zz', '%zz', 'toString')), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(
    fc.property(templates, path, (registered, segments) => {
      const table = new RouteTable()
      const taken = new Map<string, string[]>()
      for (const template of registered) {
        const shape = template.map((part) => (part.startsWith(':') ? ':' : part)).join('/')
        if (taken.has(shape)) continue
        // A segment of two colons is a parameter named ':'.
        taken.set(shape, template)
        table.add(routeOf(`/${template.join('/')}`))
      }
      const fits = [...taken.values()].filter((template) => fitsPath(template, segments))
      const match = table.match('GET', `/${segments.join('/')}`)
      if (fits.length === 0) expect(match).toBeUndefined()
      else {
        const best = fits.sort(moreFixedFirst)[0]!
        expect(match?.route.path).toBe(`/${best.join('/')}`)
        expect(Object.entries(match?.pathParams ?? {})).toEqual(Object.entries(paramsBySegment(best, segments)))
      }
    }),
  )
})

function fitsPath(template: string[], segments: string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  )
}

function moreFixedFirst(one: string[], other: string[]): number {
  for (let index = 0; index < one.length; index++) {
    const difference = Number(one[index]!.startsWith(':')) - Number(other[index]!.startsWith(':'))
    if (difference !== 0) return difference
  }
  return 0
}

function paramsBySegment(template: string[], segments: string[]): object {
  return Object.fromEntries(
    template.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), segments[index]]] : [])),
  )
}
