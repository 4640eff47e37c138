/**
 * Puts heads and answers on the wire. Expects headers that were checked before.
 */
import type { ServerResponse } from 'node:http'
import type { Answer, Head } from './answer.js'

/** Sets the head of a response; it goes out with the first piece of the body. */
export function writeHead(response: ServerResponse, { status, headers }: Head): void {
  response.statusCode = status
  for (const [name, values] of headers) response.setHeader(name, values)
}

/** Sends a whole response. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer)
  response.end(answer.body)
}
