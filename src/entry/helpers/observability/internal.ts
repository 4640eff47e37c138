/** `iii-node/helpers/observability/internal`: the tracer and the meter behind the helpers, or `null`. */
export { getMeter, getTracer } from '../../../telemetry/active-telemetry.js'
