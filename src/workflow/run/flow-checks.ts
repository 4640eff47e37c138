/**
 * Reports what makes a flow differ from one replay to the next: the clock, random values and timers of the process, used in
 * the function of a workflow outside of its steps. It replaces globals for that, so it is active only where code is
 * developed and tested. In production the journal shows a flow that has differed.
 */
import process from 'node:process'
import { branches, type Branch } from './branch.js'

/** Globals, and what to use instead. */
const REPLACEMENTS = {
  Date: '`await flow.now()`',
  'Math.random': '`await flow.random()`',
  'crypto.randomUUID': '`await flow.uuid()`',
  setTimeout: '`await flow.sleep()`',
  setInterval: '`await flow.sleep()`',
  setImmediate: '`await flow.sleep()`',
} as const

type Kind = keyof typeof REPLACEMENTS

/** Where this package is: `…/src/` or `…/dist/`. Absent in a bundle, which has the user's code in the same file. */
const OWN_ROOT = /(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/]).*[\\/](?:src|dist)[\\/])/.exec(frameOf() ?? '')?.[1]

/** The workflow and the kind of each warning so far. */
const warned = new Set<string>()

/** Undoes what `watchFlows` has replaced. */
let restore: (() => void) | undefined
let watchers = 0

/** Whether flows are checked: on a virtual clock, and where `iii-node dev` or a user has set the variable. */
export function areFlowsChecked(isVirtual = false): boolean {
  const given = process.env['III_WORKFLOW_CHECKS']
  return given === undefined ? isVirtual : given === '1'
}

/** Checks flows until the returned function is called; the first caller replaces the globals, the last one restores them. */
export function watchFlows(): () => void {
  if (OWN_ROOT === undefined) return () => undefined
  watchers += 1
  restore ??= replaceGlobals()
  let isWatching = true
  return () => {
    if (!isWatching) return
    isWatching = false
    watchers -= 1
    if (watchers > 0) return
    restore?.()
    restore = undefined
  }
}

function replaceGlobals(): () => void {
  const undo = [
    replace(globalThis, 'Date', watchedDate(Date)),
    // eslint-disable-next-line no-restricted-properties -- wrapped, not used
    replace(Math, 'random', watched('Math.random', Math.random)),
    // The caller gives `this`.
    replace(crypto, 'randomUUID', watched('crypto.randomUUID', Reflect.get(crypto, 'randomUUID') as () => string)),
    ...(['setTimeout', 'setInterval', 'setImmediate'] as const).map((name) =>
      replace(globalThis, name, watched(name, globalThis[name])),
    ),
  ]
  return () => {
    for (const each of undo) each()
  }
}

/** Replaces a member. @returns what restores it, unless other code has replaced it since. */
function replace(object: object, name: string, replacement: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(object, name, { value: replacement, writable: true, configurable: true, enumerable: true })
  return () => {
    if (Reflect.get(object, name) !== replacement) return
    if (before === undefined) Reflect.deleteProperty(object, name)
    else Object.defineProperty(object, name, before)
  }
}

/** A function that reports its use in a flow; its members are those of the original. */
function watched<F extends (...args: never[]) => unknown>(kind: Kind, original: F): F {
  const apply = (target: F, self: unknown, args: unknown[]): unknown => {
    notice(kind, apply)
    return Reflect.apply(target, self, args)
  }
  return new Proxy(original, { apply })
}

/** `Date`, which reports where it reads the clock. */
function watchedDate(original: DateConstructor): DateConstructor {
  const construct = (target: DateConstructor, args: unknown[], newTarget: object): object => {
    if (args.length === 0) notice('Date', construct)
    // Subclasses keep their prototype.
    return Reflect.construct(target, args, (newTarget === proxy ? target : newTarget) as DateConstructor) as object
  }
  const apply = (target: DateConstructor): string => {
    notice('Date', apply)
    return target()
  }
  const now = (): number => {
    notice('Date', now)
    return original.now()
  }
  const get = (target: DateConstructor, name: string | symbol): unknown =>
    name === 'now' ? now : Reflect.get(target, name)
  const proxy: DateConstructor = new Proxy(original, { construct, apply, get })
  return proxy
}

/** What a session says of its workflow. */
interface Owner {
  readonly parts?: { readonly workflow?: { readonly id?: string } }
}

function notice(kind: Kind, replacement: (...args: never[]) => unknown): void {
  const branch: Branch | undefined = branches.getStore()
  if (branch === undefined || branch.isStep) return
  const workflow = (branch.session as Owner).parts?.workflow?.id ?? ''
  if (warned.has(`${kind} ${workflow}`)) return
  const place = frameOf(replacement)
  // Other packages may read the clock for what the flow does not see, such as the time of a log line.
  if (place === undefined || isForeign(place)) return
  warned.add(`${kind} ${workflow}`)
  const text = `The function of the workflow ${workflow} uses ${kind} outside of a step, ${place}. It differs on each replay. Use ${REPLACEMENTS[kind]}, or do it in a step`
  process.emitWarning(text, 'WorkflowWarning')
}

function isForeign(place: string): boolean {
  return /[\\/]node_modules[\\/]|\(?node:/.test(place) || place.includes(OWN_ROOT ?? '')
}

/** The line of a stack below a function; without one, the place of the call itself. */
function frameOf(below: (...args: never[]) => unknown = frameOf): string | undefined {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, below)
  return holder.stack?.split('\n')[1]?.trim()
}
