/** `iii-node/helpers/worker-connection-manager`: what the functions that guard a listener are asked and answer. */
export type {
  AuthInput,
  AuthResult,
  OnFunctionRegistrationInput,
  OnFunctionRegistrationResult,
  OnTriggerRegistrationInput,
  OnTriggerRegistrationResult,
  OnTriggerTypeRegistrationInput,
  OnTriggerTypeRegistrationResult,
} from '../../sdk/worker/functions/session-hooks.js'
