/** `iii-node/helpers/worker-connection-manager`: inputs and results of the functions that guard a listener. */
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
