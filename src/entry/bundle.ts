/**
 * For a program that is bundled into one file: `import 'iii-node/bundle'` brings along what this package otherwise looks up
 * when it is first needed. Has no exports; the import alone does it, in whatever order.
 */
import { provideOtel } from '../sdk/telemetry/provide-otel.js'
import { provideWs } from '../wire/transport/provide-ws.js'

provideOtel()
provideWs()
