/** `iii-node/trigger`: what binding a trigger and providing a trigger type involve. */
export type { TriggerConfig, TriggerHandler } from '../worker/trigger-types.js'
export type { Trigger } from '../worker/triggers.js'
