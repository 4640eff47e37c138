/** `iii-node/helpers/observability/internal`: the tracer and the meter behind the helpers, or `null`. */
export { getMeter, getTracer } from '../../../sdk/telemetry/active-telemetry.js'
