/** `iii-node/schema`: contracts, and the Standard Schema that they use. */
export { defineFunction, defineTriggerType } from '../sdk/worker/functions/contract.js'
export type {
  ContractInput,
  ContractOutput,
  DefinedTriggerType,
  FunctionContract,
  MaybeSchema,
  ReceivedAs,
  SentAs,
  TriggerTypeContract,
} from '../sdk/worker/functions/contract.js'
export type {
  ChecksMade,
  ContractArguments,
  ContractCallOptions,
  ContractClient,
  ContractResult,
  ContractTrigger,
} from '../sdk/worker/calls/contract-call.js'
export type { SchemaSettings } from '../sdk/worker/functions/function-schemas.js'
export type {
  BodyHandler,
  BodySchemas,
  ContractServeOptions,
  PayloadSchemas,
  RegisterByObject,
  RegisterFunction,
  RegisterFunctionWith,
  SchemaHandler,
} from '../sdk/worker/functions/register-function.js'
export type { ContractBinding, SchemaTriggerType } from '../sdk/worker/triggers/trigger-contract.js'
export type { ToJsonSchema } from '../sdk/schema/json-schema.js'
export { fromJsonSchema } from '../sdk/schema/from-json-schema.js'
export { isStandardSchema } from '../sdk/schema/standard-schema.js'
export type {
  InferInput,
  InferOutput,
  SchemaSide,
  StandardIssue,
  StandardResult,
  StandardSchemaV1,
} from '../sdk/schema/standard-schema.js'
export { ValidationError } from '../errors.js'
export type { ValidationErrorInit, ValidationIssue } from '../errors.js'
