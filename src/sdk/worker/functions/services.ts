/**
 * Service registrations. The engine stores them and offers no way to read them back.
 */
import { checkId, checkRecord, checkText } from '../check.js'
import { ReplayedRegistrations, type Sender } from '../lifecycle/replayed.js'
import type { LinkPart } from '../link.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** A service to register. Engines store the registration and ignore it. */
export type RegisterServiceInput = {
  id: string
  /** Default: the id. */
  name?: string | undefined
  description?: string | undefined
  parent_service_id?: string | undefined
}

/** The names of all members of a service. */
export const SERVICE_KEYS = keysOf<RegisterServiceInput & { message_type: unknown }>({
  id: true,
  name: true,
  description: true,
  parent_service_id: true,
  message_type: true,
})

export class Services implements LinkPart {
  readonly #registrations: ReplayedRegistrations

  constructor(link: Sender) {
    this.#registrations = new ReplayedRegistrations(link)
  }

  /** @throws {RuntimeError} `INVALID_ARGUMENT` for an empty id. */
  register(input: RegisterServiceInput): void {
    checkRecord('service', input)
    const id = checkId('id', input.id)
    const { name = '', description, parent_service_id } = input
    for (const [argument, value] of Object.entries({ name, description, parent_service_id })) checkText(argument, value)
    this.#registrations.add(id, { type: 'registerservice', id, name, description, parent_service_id })
  }

  opened(send: (frame: string) => void): void {
    this.#registrations.replay(send)
  }
}
