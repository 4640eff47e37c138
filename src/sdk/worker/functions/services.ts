/**
 * Service registrations. The engine stores them and offers no way to read them back.
 */
import { checkId, checkRecord, checkText } from '../check.js'
import { Replayed, type SendIfOpen } from '../lifecycle/replayed.js'

export type RegisterServiceInput = {
  id: string
  /** Default: the id. */
  name?: string | undefined
  description?: string | undefined
  parent_service_id?: string | undefined
}

export class Services {
  readonly #registrations: Replayed

  constructor(send: SendIfOpen) {
    this.#registrations = new Replayed(send)
  }

  /** @throws {RuntimeError} `INVALID_ARGUMENT` for an empty id. */
  register(input: RegisterServiceInput): void {
    checkRecord('service', input)
    const id = checkId('id', input.id)
    const { name = '', description, parent_service_id } = input
    for (const [argument, value] of Object.entries({ name, description, parent_service_id })) checkText(argument, value)
    this.#registrations.add(id, { type: 'registerservice', id, name, description, parent_service_id })
  }

  replay(send: SendIfOpen): void {
    this.#registrations.replay(send)
  }
}
