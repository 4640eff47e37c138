/** Telemetry for collectors: what is sent again, what is dropped, and what is counted (R34). */
import type { Fault } from '../plant.js'

const sender = ['test/unit/wire/otlp/otlp-sender.test.ts']
const worker = ['test/behaviour/worker-exports-to-a-collector.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'refused-requests-are-sent-again',
    row: 'R34',
    file: 'src/wire/otlp/otlp-client.ts',
    symbol: 'outcomeOf',
    find: 'RETRYABLE.includes(status)',
    replace: 'status >= 400',
    tests: sender,
  },
  {
    name: 'retry-after-is-not-read',
    row: 'R34',
    file: 'src/wire/otlp/signal-sender.ts',
    symbol: 'SignalSender.#delayMs',
    find: 'Math.min(asked, MAX_RETRY_AFTER_MS)',
    replace: 'asked * 0',
    tests: sender,
  },
  {
    name: 'hanging-requests-have-no-limit',
    row: 'R34',
    file: 'src/wire/otlp/signal-sender.ts',
    symbol: 'SignalSender.#attempt',
    find: 'abort.abort(new Error(`no answer within ${String(timeoutMs)} ms`))',
    replace: 'undefined',
    tests: sender,
  },
  {
    name: 'full-queues-of-collectors-are-not-counted',
    row: 'R34',
    file: 'src/wire/otlp/signal-sender.ts',
    symbol: 'SignalSender.add',
    find: 'this.dropped += records',
    replace: 'this.dropped += 0 * records',
    tests: sender,
  },
  {
    name: 'partly-rejected-requests-count-as-sent',
    row: 'R34',
    file: 'src/wire/otlp/signal-sender.ts',
    symbol: 'SignalSender.#accepted',
    find: 'partial.rejected)',
    replace: '0 * partial.rejected)',
    tests: sender,
  },
  {
    name: 'running-spans-reach-collectors',
    row: 'R34',
    file: 'src/wire/otlp/otlp-values.ts',
    symbol: 'Cleaner.message',
    find: 'if (field.isRequired) return undefined',
    replace: 'if (field.name === "traceId") return undefined',
    tests: sender,
  },
  {
    name: 'requests-to-collectors-are-traced',
    row: 'R34',
    file: 'src/sdk/telemetry/export/otlp-sink.ts',
    symbol: 'OtlpSink.#load',
    find: 'context.with(untraced, send)',
    replace: 'context.with(ROOT_CONTEXT, send)',
    tests: worker,
  },
  {
    name: 'losses-of-a-late-shutdown-are-not-counted',
    row: 'R34',
    file: 'src/wire/otlp/otlp-sender.ts',
    symbol: 'OtlpSender.#close',
    find: 'limitMs > 0',
    replace: 'limitMs >= 0',
    tests: ['test/regression/telemetry-of-a-late-shutdown-was-not-counted.test.ts'],
  },
]
