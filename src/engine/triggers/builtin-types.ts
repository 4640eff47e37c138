/**
 * Which built-in provides which trigger type, also for built-ins that a configuration leaves out. A test holds it
 * equal to what the built-ins provide.
 */
export const TYPES_OF_BUILTINS: Readonly<Record<string, readonly string[]>> = {
  'iii-http': ['http'],
  'iii-stream': ['stream', 'stream:join', 'stream:leave'],
  'iii-state': ['state'],
  'iii-cron': ['cron'],
  'iii-pubsub': ['subscribe'],
  'iii-queue': ['durable:subscriber'],
  'iii-observability': ['log', 'trace'],
  configuration: ['configuration'],
}

/** The built-in that would provide a trigger type. */
export function builtinOfType(triggerType: string): string | undefined {
  return Object.keys(TYPES_OF_BUILTINS).find((name) => TYPES_OF_BUILTINS[name]?.includes(triggerType))
}
