import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBody } from '../../../../src/engine/builtins/http/request/request-body.js'
import { JsonText, membersOf, readJson, withMember, withTextItems } from '../../../../src/wire/protocol/json-text.js'
import { systemClock } from '../../../../src/std/time/clock.js'
import { JsonOutline } from '../../../../src/std/json/json-outline.js'
import { TickLane } from '../../../../src/std/time/tick-lane.js'

/** Enough to be read as a large text, behind which everything else follows. */
const PAD = 'x'.repeat(70_000)

const json = fc.jsonValue({ maxDepth: 4 })
const space = fc.constantFrom('', ' ', '\n\t', '\r\n')

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function nodesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, item) => sum + nodesOf(item), 1)
}

function outlined(text: string, piece: number, limits = { maxDepth: 100, maxNodes: 10_000 }): JsonOutline {
  const outline = new JsonOutline(text, limits)
  while (!outline.step(piece)) continue
  return outline
}

test('an outline counts the values and levels that parsing gives, whatever the pieces', () => {
  const check = fc.property(json, space, fc.integer({ min: 1, max: 20 }), (value, gap, piece) => {
    const text = gap + JSON.stringify(value, null, gap === ' ' ? 2 : undefined) + gap
    const [nodes, depth] = [nodesOf(value), depthOf(value)]
    const outline = outlined(text, piece)
    expect([outline.fault, outline.values, outline.root]).toEqual([undefined, nodes, text.trim()])
    expect(outlined(text, piece, { maxDepth: depth, maxNodes: nodes }).fault).toBeUndefined()
    expect(outlined(text, piece, { maxDepth: depth, maxNodes: nodes - 1 }).fault).toBe('too_many_nodes')
    if (depth > 0) expect(outlined(text, piece, { maxDepth: depth - 1, maxNodes: nodes }).fault).toBe('too_deep')
  })
  fc.assert(check, { numRuns: 2_000 })
})

test('the recorded positions of members match the text', () => {
  const check = fc.property(fc.dictionary(fc.string(), json), fc.integer({ min: 1, max: 20 }), (value, piece) => {
    const text = JSON.stringify(value, null, 1)
    const { members = [] } = outlined(text, piece)
    const found = members.map(({ key, start, end }) => [key, JSON.parse(text.slice(start, end)) as unknown])
    expect(found).toEqual(Object.entries(JSON.parse(text) as object))
    for (const { key, keyStart } of members) expect(text.startsWith(JSON.stringify(key), keyStart)).toBe(true)
  })
  fc.assert(check, { numRuns: 1_000 })
})

test('a text that is cut or changed at any place is read exactly when it can be parsed', () => {
  const broken = fc.tuple(json, fc.nat(), fc.constantFrom('', ',', '}', ']', '"', ':', '0', '\\', '\u0001', '{'))
  const check = fc.property(broken, fc.integer({ min: 1, max: 9 }), ([value, at, mark], piece) => {
    const text = JSON.stringify(value)
    const place = at % (text.length + 1)
    for (const changed of [text.slice(0, place) + mark, text.slice(0, place) + mark + text.slice(place)]) {
      let isJson = true
      try {
        JSON.parse(changed)
      } catch {
        isJson = false
      }
      // It is as strict as readers outside JavaScript where that differs: numbers that are too large.
      if (isJson && /\d{200}|e\+?\d{3}/i.test(changed)) continue
      expect(outlined(changed, piece).fault === undefined, changed).toBe(isJson)
    }
  })
  fc.assert(check, { numRuns: 2_000 })
})

test('unparsed text equals the parsed value: opened, embedded in others and as a body', async () => {
  const check = fc.asyncProperty(fc.dictionary(fc.string(), json), space, async (value, gap) => {
    const whole = { ...value, pad: PAD }
    const text = gap + JSON.stringify(whole) + gap
    const expected = JSON.parse(text) as object
    const read = readJson(text) as JsonText
    expect(read).toBeInstanceOf(JsonText)
    expect(read.parse()).toEqual(expected)
    expect(JSON.parse(JSON.stringify(read.open()))).toEqual(expected)
    expect(JSON.parse(JSON.stringify({ read }))).toEqual({ read: expected })
    expect((withTextItems([read, 1]) as JsonText).parse()).toEqual([expected, 1])
    expect(withMember(new JsonText('{}'), 'a', read).parse()).toEqual({ a: expected })
    const outline = outlined(text, 999)
    expect(JSON.parse(JSON.stringify(membersOf(outline)))).toEqual(expected)
    const body = await readBody(Buffer.from(text), new TickLane(systemClock))
    expect(body !== 'too-many-values' && (body.value as JsonText).parse()).toEqual(expected)
  })
  await fc.assert(check, { numRuns: 100 })
})
