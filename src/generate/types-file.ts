/** Writes the declaration file of `iii-node types`: what it declares completes `Register` of `iii-node`. */
import { oneOfEachName, type EngineSchemas } from './engine-schemas.js'
import { SchemaTypes } from './schema-type.js'
import { after, docLines, docText, keyText, named, typeText, type TypeNode } from './type-text.js'

/** Options of the declaration file. */
export interface TypesFileOptions {
  /** Whether a function id that is not in the file is a type error. */
  readonly isStrict: boolean
  /** The namespace whose functions come first where several have the same id. */
  readonly namespace: string | undefined
}

const INTERFACES = ['IIIFunctions', 'IIITriggerTypes', 'IIIStreams'] as const

const HEADER = `/* eslint-disable */
// prettier-ignore
/**
 * Types of an iii engine's functions, trigger types and streams.
 * Written by \`iii-node types\`. Changes to this file are lost.
 */
import 'iii-node'
`

/** The text of the file. Equal schemas give equal text. */
export function typesFile(schemas: EngineSchemas, { isStrict, namespace }: TypesFileOptions): string {
  const types = new SchemaTypes(INTERFACES)
  const functions = oneOfEachName(schemas.functions, (row) => row.function_id, namespace).map((row) =>
    entryText(row.function_id, row.description, [
      ['input', typeOr(row.request_format, (schema) => types.typeOf(schema, `${row.function_id} input`))],
      ['output', typeOr(row.response_format, (schema) => types.typeOfResult(schema, `${row.function_id} output`))],
    ]),
  )
  const triggerTypes = oneOfEachName(schemas.trigger_types, (row) => row.id, namespace).map((row) =>
    entryText(row.id, row.description, [
      ['config', typeOr(row.trigger_request_format, (schema) => types.typeOf(schema, `${row.id} config`))],
      ['request', typeOr(row.call_request_format, (schema) => types.typeOf(schema, `${row.id} request`))],
    ]),
  )
  const streams = schemas.streams.map(
    (name) => `  ${keyText(name)}:${after(typeText(itemOf(name, schemas, types), '  '))}\n`,
  )
  const declared = types
    .declarations()
    .map(({ name, doc, type }) => `\n${docText(doc)}export type ${name} =${after(typeText(type))}\n`)
  return [
    HEADER,
    registerText(isStrict),
    interfaceText('Functions by their ids.', INTERFACES[0], functions),
    interfaceText('Trigger types by their ids.', INTERFACES[1], triggerTypes),
    interfaceText('Items of streams by the names of the streams.', INTERFACES[2], streams),
    ...declared,
  ].join('')
}

function registerText(isStrict: boolean): string {
  const strict = isStrict ? '    strict: true\n' : ''
  return `
declare module 'iii-node' {
  interface Register {
    functions: IIIFunctions
    triggerTypes: IIITriggerTypes
    streams: IIIStreams
${strict}  }
}
`
}

function interfaceText(doc: string, name: string, members: readonly string[]): string {
  return `\n/** ${doc} */\nexport interface ${name} {${members.length === 0 ? '' : '\n'}${members.join('')}}\n`
}

function entryText(
  id: string,
  description: string | undefined,
  members: readonly (readonly [name: string, type: TypeNode])[],
): string {
  const lines = members.map(([name, type]) => `    ${name}:${after(typeText(type, '    '))}\n`)
  return `${docText(docLines(description), '  ')}  ${keyText(id)}: {\n${lines.join('')}  }\n`
}

/** A schema that is absent or allows everything is `any`, as without a generated file. */
function typeOr(schema: unknown, convert: (schema: unknown) => TypeNode): TypeNode {
  const type = schema === undefined || schema === true ? named('any') : convert(schema)
  return type.kind === 'name' && type.text === 'unknown' ? named('any') : type
}

/** The items of a stream that a worker keeps itself: what its function `stream::get(<name>)` answers. */
function itemOf(name: string, { functions }: EngineSchemas, types: SchemaTypes): TypeNode {
  const id = `stream::get(${name})`
  const schema = functions.find((row) => row.function_id === id)?.response_format
  return typeOr(schema, (each) => types.typeOf(each, `${name} item`))
}
