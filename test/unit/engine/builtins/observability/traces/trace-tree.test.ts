import fc from 'fast-check'
import { expect, test } from 'vitest'
import { treeOf, type SpanNode } from '../../../../../../src/engine/builtins/observability/traces/trace-tree.js'
import type { SpanRow } from '../../../../../../src/engine/builtins/observability/traces/span-row.js'
import { spanId, TRACE } from '../../../../../kit/telemetry-frames.js'

const span = (id: number, parent?: number, start = id): SpanRow => ({
  trace_id: TRACE,
  span_id: spanId(id),
  parent_span_id: parent === undefined ? null : spanId(parent),
  name: String(id),
  start_time_unix_nano: start,
  end_time_unix_nano: start + 1,
  status: 'unset',
  attributes: [],
  service_name: 's',
  events: [],
  links: [],
})

/** A tree in short: a span as its name and its children. */
const short = (nodes: readonly SpanNode[]): unknown => nodes.map(({ name, children }) => [name, short(children)])

function countOf(nodes: readonly SpanNode[]): number {
  return nodes.reduce((count, { children }) => count + 1 + countOf(children), 0)
}

test('spans are nested under their parents, in the order they started', () => {
  const tree = treeOf([span(4, 1, 40), span(3, 1, 30), span(2, 4), span(1)])
  expect(short(tree)).toEqual([
    [
      '1',
      [
        ['3', []],
        ['4', [['2', []]]],
      ],
    ],
  ])
})

test('a span whose parent is missing is a root', () => {
  expect(short(treeOf([span(2, 77), span(1)]))).toEqual([
    ['1', []],
    ['2', []],
  ])
})

test('every span appears exactly once, whatever the parents claim', () => {
  const spans = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 40 }), parent: fc.option(fc.integer({ min: 1, max: 40 })) }),
    {
      selector: ({ id }) => id,
    },
  )
  fc.assert(
    fc.property(spans, (list) => {
      const tree = treeOf(list.map(({ id, parent }) => span(id, parent ?? undefined)))
      expect(countOf(tree)).toBe(list.length)
    }),
  )
})

test('a chain of any length can be written as JSON', () => {
  const chain = Array.from({ length: 10_000 }, (_, index) => span(index + 2, index + 1))
  const tree = treeOf([span(1), ...chain])
  expect(JSON.stringify(tree).match(/"span_id"/g)).toHaveLength(10_001)
})
