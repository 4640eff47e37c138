/** Steps over HTTP: requests to the engine, and what the runner's own server answers and has seen. */
import { isRecord } from '../../../src/wire/protocol/validate.js'
import { bytesOf, showBytes } from '../bytes.js'
import { isMatcher, show } from '../comparison.js'
import { ScenarioFailure } from '../failure.js'
import { sendRequest, type HttpAnswer } from '../http-request.js'
import { jsonOrText } from '../http-server.js'
import type { HttpExpectation } from '../scenario.js'
import type { Stage } from '../stage.js'
import type { PlaySteps } from './play-step.js'
import { retrying } from './retrying.js'

function checkAnswer(wanted: HttpExpectation, answer: HttpAnswer, stage: Stage): void {
  const text = answer.bytes.toString('utf8')
  if (wanted.status !== undefined) stage.check(`HTTP status differs, body ${show(text)}`, wanted.status, answer.status)
  if (wanted.headers !== undefined) stage.check('HTTP headers differ', someKeys(wanted.headers), answer.headers)
  if (wanted.json !== undefined) stage.check('HTTP body differs', wanted.json, jsonOrText(text))
  if (wanted.text !== undefined) stage.check('HTTP body differs', wanted.text, text)
  if (wanted.bytes === undefined) return
  const bytes = bytesOf(wanted.bytes)
  if (bytes.equals(answer.bytes)) return
  throw new ScenarioFailure(`HTTP body differs: expected ${showBytes(bytes)}, got ${showBytes(answer.bytes)}`)
}

/** A plain object as a pattern that lets other keys be there too. */
function someKeys(pattern: unknown): unknown {
  return isRecord(pattern) && !isMatcher(pattern) ? { $m: 'open', keys: pattern } : pattern
}

async function within<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ScenarioFailure(`${what} within ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}

export const HTTP_STEPS: PlaySteps<'http' | 'httpResult' | 'route' | 'expectRequest'> = {
  async http(step, stage) {
    const base = stage.address(step.http.to ?? 'http').replace(/^ws/, 'http')
    if (step.start !== undefined) {
      const answer = sendRequest(base, step.http)
      // A later step awaits it and sees the failure; until then it must not count as unhandled.
      answer.catch(() => {})
      stage.requests.set(step.start, answer)
      return
    }
    await retrying(step.retry, async () => checkAnswer(step, await sendRequest(base, step.http), stage))
  },
  async httpResult(step, stage) {
    const answer = stage.requests.get(step.httpResult)
    if (answer === undefined) throw new ScenarioFailure(`no request ${step.httpResult} was started`)
    checkAnswer(step, await within(answer, step.within ?? stage.limitMs, `no answer to ${step.httpResult}`), stage)
  },
  async route({ route, ...answer }, stage) {
    const server = await stage.server()
    server.answer(route, answer)
  },
  async expectRequest(step, stage) {
    const wanted = step.expectRequest
    const { path } = wanted
    const server = await stage.server()
    const seen = await server.take(typeof path === 'string' ? path : undefined, step.within ?? stage.limitMs)
    if (seen === undefined) throw new ScenarioFailure(`the local server saw no request like ${show(wanted)}`)
    const pattern = 'headers' in wanted ? { ...wanted, headers: someKeys(wanted['headers']) } : wanted
    stage.check('the request to the local server differs', someKeys(pattern), seen)
  },
}
