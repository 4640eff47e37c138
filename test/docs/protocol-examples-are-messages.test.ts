import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { workerCodec } from '../../src/wire/protocol/codec.js'
import { engineCodec } from '../../src/wire/protocol/engine-codec.js'
import { engineMessages, workerMessages, type MessageTable } from '../../src/wire/protocol/messages.js'
import { isRecord } from '../../src/wire/protocol/validate.js'
import { codeBlocks, tableRows } from '../kit/documents.js'

const PAGE = 'docs/protocol.md'

/** The two directions: what is sent there, who reads it, and its mark on the page. */
const TO_ENGINE = { table: workerMessages as MessageTable, reader: engineCodec, title: 'to the engine', arrow: '→ ' }
const TO_WORKER = { table: engineMessages as MessageTable, reader: workerCodec, title: 'to the worker', arrow: '← ' }
const DIRECTIONS = [TO_ENGINE, TO_WORKER]

/** The sections about messages: the types in the heading, and the directions it names. */
const sections = readFileSync(PAGE, 'utf8')
  .split(/^(?=#+ )/m)
  .flatMap((text) => {
    const [, names = '', where = ''] = /^### (`[a-z]+`(?:, `[a-z]+`)*) \((.+)\)$/m.exec(text) ?? []
    const types = [...names.matchAll(/`(\w+)`/g)].map(([, type = '']) => type)
    const directions = DIRECTIONS.filter(({ title }) => where === title || where === 'both directions')
    return types.map((type) => ({ type, directions, text }))
  })

/** The frames of a text: blocks of JSON, with one frame each or one on each line. */
function framesIn(text: string): string[] {
  return [...text.matchAll(/^```json\n([^]*?)\n```$/gm)].flatMap(([, block = '']) =>
    isJson(block) ? [block] : block.split('\n'),
  )
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function typeIn(frame: string): unknown {
  const value: unknown = JSON.parse(frame)
  return isRecord(value) ? value['type'] : undefined
}

test.each(DIRECTIONS)('each message $title has a section, and no section describes another one', (direction) => {
  const described = sections.filter(({ directions }) => directions.includes(direction)).map(({ type }) => type)
  expect(described.toSorted()).toEqual(Object.keys(direction.table).toSorted())
})

test.each(sections)('the table of `$type` has its members, each required or optional as it is', (section) => {
  const { type, directions } = section
  const isInHeading = new RegExp(`^### .*\`${type}\``)
  for (const [column, { table }] of directions.entries()) {
    const documented = tableRows(PAGE, isInHeading)
      .map((row) => [row[0]?.replaceAll('`', ''), row[2 + column]])
      .filter(([, presence]) => presence !== '–')
    const members = Object.entries(table[type] ?? {}).map(([name, { optional }]) => [
      name,
      optional ? 'optional' : 'required',
    ])
    expect(documented.toSorted()).toEqual(members.toSorted())
  }
})

test.each(sections)('the examples of `$type` can be read where they are sent to', ({ type, directions, text }) => {
  const examples = framesIn(text).filter((frame) => typeIn(frame) === type)
  expect(examples).not.toEqual([])
  for (const frame of examples) {
    const read = directions.map(({ reader }) => reader.decode(frame))
    expect(
      read.filter((message) => message.type === type),
      JSON.stringify(read),
    ).not.toEqual([])
  }
})

test('each example with a type is a message, and its members are those of the protocol', () => {
  const frames = framesIn(readFileSync(PAGE, 'utf8')).filter((frame) => typeof typeIn(frame) === 'string')
  expect(frames.length).toBeGreaterThan(15)
  for (const frame of frames) {
    const { type, ...members } = JSON.parse(frame) as { readonly type: string }
    const known = DIRECTIONS.flatMap(({ table }) => Object.keys(table[type] ?? {}))
    expect(Object.keys(members).filter((name) => !known.includes(name))).toEqual([])
    expect(DIRECTIONS.map(({ reader }) => reader.decode(frame).type)).toContain(type)
  }
})

test('the worked exchange can be read line by line at the end it is sent to', () => {
  const lines = codeBlocks(PAGE)
    .filter(({ language }) => language === 'text')
    .flatMap(({ code }) => code.split('\n'))
  expect(lines.length).toBeGreaterThan(4)
  for (const line of lines) {
    const direction = DIRECTIONS.find(({ arrow }) => line.startsWith(arrow))
    const frame = line.slice(2)
    expect(direction?.reader.decode(frame), line).toMatchObject({ type: typeIn(frame) })
  }
})
