/**
 * Maps functions to their owners: one owner per (namespace, id), found without a scan. Functions of the engine cannot
 * be replaced, and ids with its prefix exist in the default namespace only. Knows nothing of calls.
 */
import { DEFAULT_NAMESPACE, ENGINE_PREFIX } from '../../wire/protocol/names.js'
import type { BuiltinFunction, ExternalCall } from '../builtins/builtin.js'
import { NamespaceIndex } from './namespace-index.js'
import type { OwnedBytes } from './owned-bytes.js'
import type { Peer } from '../links/peer.js'

/** The owner of a function. */
type FunctionTarget =
  /** A worker: it registered the function as `sentAs` and is called under `calledAs`. */
  | { readonly kind: 'worker'; readonly peer: Peer; readonly sentAs: string; readonly calledAs: string }
  /** The engine, which calls another server on behalf of the worker that registered the function. */
  | { readonly kind: 'external'; readonly peer: Peer; readonly sentAs: string; readonly call: ExternalCall }
  /** The engine itself. */
  | { readonly kind: 'builtin'; readonly builtin: string; readonly call: BuiltinFunction['call'] }

export interface FunctionEntry {
  readonly id: string
  readonly namespace: string
  readonly description: string | undefined
  readonly requestSchema: unknown
  readonly responseSchema: unknown
  readonly metadata: unknown
  readonly target: FunctionTarget
  /** Memory of the registration. */
  readonly bytes: number
}

/** The refusal of a registration: the id belongs to `ownerWorkerId`, which is empty if the engine owns it. */
export interface Conflict {
  readonly ownerWorkerId: string
}

export class Directory {
  readonly #namespaces = new Map<string, Map<string, FunctionEntry>>()
  readonly #index = new NamespaceIndex()
  readonly #owned = new Map<Peer, Set<FunctionEntry>>()
  readonly #ownedBytes: OwnedBytes
  #size = 0
  #revision = 0

  constructor(ownedBytes: OwnedBytes) {
    this.#ownedBytes = ownedBytes
  }

  /** Number of functions. */
  get size(): number {
    return this.#size
  }

  /** Grows with every change of the set of functions. */
  get revision(): number {
    return this.#revision
  }

  find(namespace: string, id: string): FunctionEntry | undefined {
    return this.#namespaces.get(namespace)?.get(id)
  }

  /** Namespaces with a function of this id, sorted by name. */
  namespacesOf(id: string): string[] {
    return this.#index.namespacesOf(id)
  }

  /** All functions, unordered. */
  *all(): Iterable<FunctionEntry> {
    for (const functions of this.#namespaces.values()) yield* functions.values()
  }

  /** Functions of one worker. */
  ownedBy(peer: Peer): ReadonlySet<FunctionEntry> {
    return this.#owned.get(peer) ?? NONE
  }

  /** Adds a function, or returns its owner. The owner may register again, which replaces the entry. */
  register(entry: FunctionEntry): Conflict | undefined {
    const { id, namespace, target } = entry
    if (namespace !== DEFAULT_NAMESPACE && id.startsWith(ENGINE_PREFIX)) return { ownerWorkerId: '' }
    const present = this.find(namespace, id)
    if (present !== undefined) {
      if (target.kind === 'builtin' || present.target.kind === 'builtin') return { ownerWorkerId: '' }
      if (present.target.peer !== target.peer) return { ownerWorkerId: present.target.peer.id }
      this.#remove(present)
    }
    this.#add(entry)
    return undefined
  }

  /** Removes a function of a worker; false if the worker does not own it. */
  unregister(peer: Peer, namespace: string, id: string): boolean {
    const entry = this.find(namespace, id)
    if (entry === undefined || ownerOf(entry) !== peer) return false
    this.#remove(entry)
    return true
  }

  /** Removes and returns all functions of a worker. */
  leave(peer: Peer): FunctionEntry[] {
    const owned = [...this.ownedBy(peer)]
    for (const entry of owned) this.#remove(entry)
    return owned
  }

  #add(entry: FunctionEntry): void {
    let functions = this.#namespaces.get(entry.namespace)
    if (functions === undefined) {
      functions = new Map()
      this.#namespaces.set(entry.namespace, functions)
    }
    functions.set(entry.id, entry)
    this.#index.add(entry.id, entry.namespace)
    const owner = ownerOf(entry)
    if (owner !== undefined) {
      const owned = this.#owned.get(owner)
      if (owned === undefined) this.#owned.set(owner, new Set([entry]))
      else owned.add(entry)
      this.#ownedBytes.add(owner, entry.bytes)
    }
    this.#size += 1
    this.#revision += 1
  }

  #remove(entry: FunctionEntry): void {
    const functions = this.#namespaces.get(entry.namespace)
    functions?.delete(entry.id)
    this.#index.remove(entry.id, entry.namespace)
    if (functions?.size === 0) this.#namespaces.delete(entry.namespace)
    const owner = ownerOf(entry)
    const owned = owner === undefined ? undefined : this.#owned.get(owner)
    if (owned?.delete(entry) === true) this.#ownedBytes.add(owner, -entry.bytes)
    if (owner !== undefined && owned?.size === 0) this.#owned.delete(owner)
    this.#size -= 1
    this.#revision += 1
  }
}

const NONE: ReadonlySet<FunctionEntry> = new Set()

/** The worker that owns a function; `undefined` for functions of the engine. */
function ownerOf(entry: FunctionEntry): Peer | undefined {
  return entry.target.kind === 'builtin' ? undefined : entry.target.peer
}

/** A function that the engine serves for one call and does not list. */
export function unlistedEntry(id: string, namespace: string, call: BuiltinFunction['call']): FunctionEntry {
  const target = { kind: 'builtin', builtin: 'iii-bridge', call } as const
  const nothing = { description: undefined, requestSchema: undefined, responseSchema: undefined, metadata: undefined }
  return { id, namespace, ...nothing, target, bytes: 0 }
}
