/** The triggers that a web page has bound. They are registered again on every link. */
import type { RegistrationRejectedError } from '../../errors.js'
import type { Random } from '../../std/random.js'
import { ReplayedRegistrations, type Sender } from '../worker/lifecycle/replayed.js'
import type { LinkPart } from '../worker/link.js'
import {
  registrationOf,
  type AliasedTriggerInput,
  type OwnedTrigger,
  type RegisterTriggerInput,
} from '../worker/triggers/triggers.js'

export class PageTriggers implements LinkPart {
  readonly #registrations: ReplayedRegistrations
  readonly #random: Random
  readonly #namespace: string | undefined
  /** Triggers that were refused on the present link, by id. */
  readonly refused = new Map<string, RegistrationRejectedError>()

  constructor(link: Sender, random: Random, namespace: string | undefined) {
    this.#registrations = new ReplayedRegistrations(link)
    this.#random = random
    this.#namespace = namespace
  }

  register(input: RegisterTriggerInput | AliasedTriggerInput): OwnedTrigger {
    const message = registrationOf(input, this.#namespace, this.#random)
    const { id, trigger_type } = message
    this.#registrations.add(id, message)
    const unregister = (): void => {
      this.refused.delete(id)
      this.#registrations.remove(id, { type: 'unregistertrigger', id, trigger_type })
    }
    return { id, unregister, [Symbol.dispose]: unregister }
  }

  refuse(id: string, error: RegistrationRejectedError): void {
    if (this.#registrations.has(id)) this.refused.set(id, error)
  }

  opened(send: (frame: string) => void): void {
    this.refused.clear()
    this.#registrations.replay(send)
  }
}
