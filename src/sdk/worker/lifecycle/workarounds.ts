/**
 * What a worker does about known flaws of an engine: by default, about those whose absence the engine does not guarantee
 * in its handshake.
 */
import { readGuarantees } from '../../../wire/protocol/guarantees.js'
import { checkFlag, checkRecord } from '../check.js'

/** Option `workarounds`. */
export type Workarounds = {
  /** Sends small, fast results a second time, for an engine that may drop the first. */
  repeatAnswers?: boolean | undefined
  /** Registers `subscribe` triggers again after other workers leave, for an engine that then stops delivering. */
  restoreTopics?: boolean | undefined
  /** Acknowledges answers at once, for an engine that delays small writes until then. */
  releaseBursts?: boolean | undefined
}

/** What the present engine needs. */
export interface Needs {
  readonly repeatAnswers: boolean
  readonly restoreTopics: boolean
  readonly releaseBursts: boolean
  /** On shutdown, triggers are released before their functions. */
  readonly releaseTriggersFirst: boolean
}

/** What an engine needs, by the headers of its handshake response. */
export type NeedsOf = (headers: Readonly<Record<string, unknown>> | undefined) => Needs

function needsOf(option: Workarounds, headers: Parameters<NeedsOf>[0]): Needs {
  const given = readGuarantees(headers)
  return {
    repeatAnswers: option.repeatAnswers ?? !given.has('calls-noted-first'),
    restoreTopics: option.restoreTopics ?? !given.has('topics-independent'),
    releaseBursts: option.releaseBursts ?? !given.has('writes-undelayed'),
    releaseTriggersFirst: !given.has('functions-handed-over'),
  }
}

/** @throws {RuntimeError} `INVALID_ARGUMENT` that names the switch that is not a boolean. */
export function checkWorkarounds(option: Workarounds = {}): NeedsOf {
  checkRecord('workarounds', option)
  for (const name of ['repeatAnswers', 'restoreTopics', 'releaseBursts'] as const) {
    checkFlag(`workarounds.${name}`, option[name])
  }
  return (headers) => needsOf(option, headers)
}
