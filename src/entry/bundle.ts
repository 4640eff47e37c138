/**
 * `iii-node/bundle`, for programs that are bundled into one file: importing it includes the modules that this package
 * otherwise loads on demand. Has no exports; the order of imports does not matter.
 */
import { provideOtel } from '../sdk/telemetry/provide-otel.js'
import { provideWs } from '../wire/transport/provide-ws.js'

provideOtel()
provideWs()
