/** A custom trigger type: functions of any worker can be bound to placed orders above a minimum total. */
import type { III, TriggerConfig, TriggerTypeRef } from 'iii-node'

export interface Order {
  readonly id: string
  readonly sku: string
  readonly quantity: number
  readonly total: number
}

interface OrderPlacedConfig {
  /** Only orders of at least this total fire the trigger. Default 0. */
  readonly minTotal?: number
}

/** Provides the type `order-placed` and returns a function that fires it. */
export function provideOrderPlaced(worker: III): (order: Order) => void {
  const bindings = new Map<string, TriggerConfig<OrderPlacedConfig | null>>()
  const type: TriggerTypeRef<OrderPlacedConfig | null, Order> = worker.registerTriggerType(
    { id: 'order-placed', description: 'Fires when an order has been accepted' },
    {
      registerTrigger: async (binding: TriggerConfig<OrderPlacedConfig | null>) => {
        const minTotal = binding.config?.minTotal ?? 0
        if (!(minTotal >= 0)) throw new Error(`minTotal must be a number of at least 0, got ${String(minTotal)}`)
        bindings.set(binding.id, binding)
      },
      unregisterTrigger: async ({ id }) => {
        bindings.delete(id)
      },
    },
  )
  return (order) => {
    for (const { function_id, namespace, config } of bindings.values()) {
      if (order.total < (config?.minTotal ?? 0)) continue
      const target = namespace === undefined ? { function_id } : { function_id, namespace }
      void worker.trigger({ ...target, payload: { trigger: type.id, order }, action: { type: 'void' } })
    }
  }
}
