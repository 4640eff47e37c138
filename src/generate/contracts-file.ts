/** Writes the module of `iii-node types --runtime`: a contract of each function, which validates what callers pass and get. */
import { nestingFault } from '../std/json/walk.js'
import { oneOfEachName, type EngineSchemas } from './engine-schemas.js'
import { stringText } from './type-text.js'

const HEADER = `/* eslint-disable */
// prettier-ignore
/**
 * Contracts of an iii engine's functions: \`worker.trigger(contracts['orders::create'], payload)\`.
 * Written by \`iii-node types\`. Changes to this file are lost.
 */
import type { RegisteredInput, RegisteredOutput } from 'iii-node'
import { defineFunction, fromJsonSchema } from 'iii-node/schema'

/** Contracts by function id. */
export const contracts = {
`

/** The text of the module. Equal schemas give equal text. */
export function contractsFile({ functions }: EngineSchemas, namespace: string | undefined): string {
  const rows = oneOfEachName(functions, (row) => row.function_id, namespace).map((row) => {
    const id = stringText(row.function_id)
    const input = schemaText('input', row.request_format, `RegisteredInput<${id}>`)
    const output = schemaText('output', row.response_format, `RegisteredOutput<${id}>`)
    return `  [${id}]: defineFunction({ id: ${id}${input}${output} }),\n`
  })
  return `${HEADER}${rows.join('')}}\n`
}

/** JSON is read at run time, so that a member named \`__proto__\` is a member. */
function schemaText(side: string, schema: unknown, type: string): string {
  return schema === undefined || nestingFault(schema) !== undefined
    ? ''
    : `, ${side}: fromJsonSchema<${type}>(JSON.parse(${stringText(JSON.stringify(schema))}))`
}
