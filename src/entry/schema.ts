/** `iii-node/schema`: contracts, and the Standard Schema they are made of. */
export { defineFunction, defineTriggerType } from '../worker/contract.js'
export type {
  ContractInput,
  ContractOutput,
  FunctionContract,
  ReceivedAs,
  SentAs,
  TriggerTypeContract,
} from '../worker/contract.js'
export type {
  ChecksMade,
  ContractCallOptions,
  ContractClient,
  ContractResult,
  ContractTrigger,
} from '../worker/contract-call.js'
export type { SchemaSettings } from '../worker/function-schemas.js'
export type {
  ContractServeOptions,
  Register,
  RegisterFunction,
  RegisterFunctionWith,
} from '../worker/register-function.js'
export type { ContractBinding, SchemaTriggerType } from '../worker/trigger-contract.js'
export type { ToJsonSchema } from '../schema/json-schema.js'
export { isStandardSchema } from '../schema/standard-schema.js'
export type {
  InferInput,
  InferOutput,
  SchemaSide,
  StandardIssue,
  StandardResult,
  StandardSchemaV1,
} from '../schema/standard-schema.js'
export { ValidationError } from '../errors.js'
export type { ValidationErrorInit, ValidationIssue } from '../errors.js'
