/**
 * The optimisations of the path of a call, each as the change that removes it: a text that occurs once in a file of
 * `src/`, and its replacement. Measured by `npm run bench:gains`.
 */

export interface Optimisation {
  /** Short, for the command line. */
  readonly id: string
  readonly what: string
  /** The suite that shows its gain. */
  readonly suite: string
  readonly file: string
  readonly find: string
  readonly replace: string
}

export const OPTIMISATIONS: readonly Optimisation[] = [
  {
    id: 'one-write',
    what: 'frames of a turn leave in one write',
    suite: 'p1',
    file: 'src/wire/transport/framing/frame-writer.ts',
    find: '    chunk.end = payloadAt + length\n',
    replace: '    chunk.end = payloadAt + length\n    this.flush()\n',
  },
  {
    id: 'mask-words',
    what: 'a client masks by words',
    suite: 'p3',
    file: 'src/wire/transport/framing/frame-mask.ts',
    find: '  maskWords(words, { from: at >> 2, to: (at + length + 3) >> 2, word: keys[key] ?? 0 })\n',
    replace:
      '  for (let i = at; i < at + length; i += 1) bytes[i] = (bytes[i] ?? 0) ^ (keyBytes[key * 4 + (i & 3)] ?? 0)\n',
  },
  {
    id: 'unmask-words',
    what: 'the engine unmasks by words',
    suite: 'p8',
    file: 'src/wire/transport/framing/frame-guard.ts',
    find: 'const MIN_UNMASKED_LENGTH = 64',
    replace: 'const MIN_UNMASKED_LENGTH = Infinity',
  },
  {
    id: 'results-as-text',
    what: 'results are handed on as the text they came in',
    suite: 'p8',
    file: 'src/engine/calls/result-message.ts',
    find: '  if (frame === undefined || frame.length > MAX_UNCHANGED_CHARACTERS) return {}',
    replace: '  if (isForCallerAsItIs(message, call)) return {}',
  },
  {
    id: 'timed-calls',
    what: 'the engine times one call in seventeen',
    suite: 'p8',
    file: 'src/engine/builtins/observability/metrics/invocation-meter.ts',
    find: 'const TIMED_EVERY = 17',
    replace: 'const TIMED_EVERY = 1',
  },
  {
    id: 'copied-calls',
    what: 'what the engine copies of a call is spelled out',
    suite: 'p8',
    file: 'src/engine/builtins/observability/metrics/invocation-meter.ts',
    find: 'return { invocationId, functionId, traceparent, baggage, caller, data, text, metadata, from, access }',
    replace:
      'void [invocationId, functionId, traceparent, baggage, data, text, metadata, from, access]\n    return { ...call, caller }',
  },
  {
    id: 'literal-answers',
    what: 'answers are written as literals',
    suite: 'p1',
    file: 'src/sdk/worker/invocations/invoke.ts',
    find: "return workerCodec.encode({ type: 'invocationresult', invocation_id, function_id, result: answer.result })",
    replace:
      "const common = { type: 'invocationresult' as const, invocation_id, function_id }\n" +
      '    return workerCodec.encode({ ...common, result: answer.result })',
  },
  {
    id: 'searched-payloads',
    what: 'only payloads whose text may hold a channel are searched',
    suite: 'p3',
    file: 'src/sdk/worker/invocations/inbox.ts',
    find: "message.type === 'invokefunction' && mayHoldRefs(text)",
    replace: "message.type === 'invokefunction'",
  },
  {
    id: 'kept-timer',
    what: 'the timer of the last time limit stays armed',
    suite: 'p4',
    file: 'src/std/time/deadlines.ts',
    find: "    this.#timer?.setMode('background')\n",
    replace: '    this.#disarm()\n',
  },
]
