/* eslint-disable */
// prettier-ignore
/**
 * Types of an iii engine's functions, trigger types and streams.
 * Written by `iii-node types`. Changes to this file are lost.
 */
import 'iii-node'

declare module 'iii-node' {
  interface Register {
    functions: IIIFunctions
    triggerTypes: IIITriggerTypes
    streams: IIIStreams
  }
}

/** Functions by their ids. */
export interface IIIFunctions {
  'arktype::array': {
    input: string[]
    output: string[]
  }
  'arktype::nested': {
    input: {
      tags: string[] | null
      user: {
        name: string
        /** @format email */
        email?: string | undefined
      }
    }
    output: {
      tags: string[] | null
      user: {
        name: string
        /** @format email */
        email?: string | undefined
      }
    }
  }
  'arktype::object': {
    input: {
      sku: string
      quantity?: number | undefined
    }
    output: {
      sku: string
      quantity?: number | undefined
    }
  }
  'arktype::record': {
    input: { [key: string]: boolean }
    output: { [key: string]: boolean }
  }
  'arktype::tuple': {
    input: [string, number]
    output: [string, number]
  }
  'arktype::union': {
    input: number | 'large' | 'small'
    output: number | 'large' | 'small'
  }
  'pydantic::contact': {
    input: {
      /** @format uri */
      site: string
      flags: boolean[]
      pair: [number, string]
      frozen: 'a' | 1 | true | null
    }
    output: {
      /** @format uri */
      site: string
      flags: boolean[]
      pair: [number, string]
      frozen: 'a' | 1 | true | null
    }
  }
  'pydantic::json': {
    input: any
    output: any
  }
  'pydantic::left': {
    input: Left
    output: Left
  }
  'pydantic::line': {
    input: {
      /** The article */
      sku: string
      /** @default 1 */
      quantity?: number | undefined
      size?: Size | null | undefined
    }
    output: {
      /** The article */
      sku: string
      /** @default 1 */
      quantity?: number | undefined
      size?: Size | null | undefined
    }
  }
  'pydantic::map of lists': {
    input: { [key: string]: Line[] }
    output: { [key: string]: Line[] }
  }
  'pydantic::maybe text': {
    input: string | null
    output: string | undefined
  }
  'pydantic::named': {
    input: {
      'content-type': string
      class: string
      /** @default 1 */
      level?: Level | undefined
      /**
       * @default "x"
       * @deprecated
       */
      old?: string | undefined
    }
    output: {
      'content-type': string
      class: string
      /** @default 1 */
      level?: Level | undefined
      /**
       * @default "x"
       * @deprecated
       */
      old?: string | undefined
    }
  }
  'pydantic::node': {
    input: Node
    output: Node
  }
  'pydantic::open': {
    input: {
      name: string
      [key: string]: unknown
    }
    output: {
      name: string
      [key: string]: unknown
    }
  }
  'pydantic::order': {
    input: {
      /** @format uuid */
      id: string
      lines: Line[]
      total: number | string
      /** @format date-time */
      placed_at: string
      due?: string | null | undefined
      /** @default [] */
      tags?: string[] | undefined
      note?: string | number | null | undefined
    }
    output: {
      /** @format uuid */
      id: string
      lines: Line[]
      total: number | string
      /** @format date-time */
      placed_at: string
      due?: string | null | undefined
      /** @default [] */
      tags?: string[] | undefined
      note?: string | number | null | undefined
    }
  }
  'pydantic::owner': {
    input: {
      pets: (Cat | Dog)[]
      favourite?: Cat | Dog | null | undefined
    }
    output: {
      pets: (Cat | Dog)[]
      favourite?: Cat | Dog | null | undefined
    }
  }
  'pydantic::page of lines': {
    input: {
      items: Line[]
      next?: string | null | undefined
    }
    output: {
      items: Line[]
      next?: string | null | undefined
    }
  }
  'pydantic::point': {
    input: [number, number]
    output: [number, number]
  }
  'schemars::action': {
    input:
      | { type: 'log' }
      | {
          type: 'webhook'
          url: string
        }
      | {
          path: string
          /** @format uint8 */
          retries?: number | null | undefined
          type: 'function'
        }
    output:
      | { type: 'log' }
      | {
          type: 'webhook'
          url: string
        }
      | {
          path: string
          /** @format uint8 */
          retries?: number | null | undefined
          type: 'function'
        }
  }
  'schemars::adjacent': {
    input:
      | {
          /** @format int64 */
          c: number
          t: 'A'
        }
      | {
          c: {
            /** @format float */
            x: number
          }
          t: 'B'
        }
    output:
      | {
          /** @format int64 */
          c: number
          t: 'A'
        }
      | {
          c: {
            /** @format float */
            x: number
          }
          t: 'B'
        }
  }
  'schemars::any': {
    input: any
    output: any
  }
  'schemars::external': {
    input: 'Unit' | { Newtype: string } | { Pair: [number, string] } | { Fields: { a: boolean } }
    output: 'Unit' | { Newtype: string } | { Pair: [number, string] } | { Fields: { a: boolean } }
  }
  'schemars::flat': {
    input: {
      /** @format uint64 */
      id: number
      kind: Outcome
      [key: string]: unknown
    }
    output: {
      /** @format uint64 */
      id: number
      kind: Outcome
      [key: string]: unknown
    }
  }
  'schemars::generic': {
    input: {
      bytes: number[]
      items: Job2[]
      pair: [number, boolean]
      set: string[]
    }
    output: {
      bytes: number[]
      items: Job2[]
      pair: [number, boolean]
      set: string[]
    }
  }
  'schemars::job': {
    input: {
      /** @format uint32 */
      attempts: number
      /** @format date-time */
      created: string
      /**
       * Unique.
       * @format uuid
       */
      id: string
      /** @default {} */
      labels?: { [key: string]: string } | undefined
      outcome?: Outcome | null | undefined
      payload: unknown
      /**
       * @format uint8
       * @default 5
       */
      priority?: number | undefined
    }
    output: {
      /** @format uint32 */
      attempts: number
      /** @format date-time */
      created: string
      /**
       * Unique.
       * @format uuid
       */
      id: string
      /** @default {} */
      labels?: { [key: string]: string } | undefined
      outcome?: Outcome | null | undefined
      payload: unknown
      /**
       * @format uint8
       * @default 5
       */
      priority?: number | undefined
    }
  }
  'schemars::map': {
    input: { [key: string]: Action[] }
    output: { [key: string]: Action[] }
  }
  'schemars::maybe job': {
    input: Job | null
    output: Job | undefined
  }
  'schemars::outcome': {
    input: 'done' | 'dead'
    output: 'done' | 'dead'
  }
  'schemars::tree': {
    input: {
      children: Tree[]
      left?: Tree | null | undefined
      name: string
    }
    output: {
      children: Tree[]
      left?: Tree | null | undefined
      name: string
    }
  }
  'schemars::unit': {
    input: null
    output: undefined
  }
  'schemars::untagged': {
    input: string | number | Untagged[]
    output: string | number | Untagged[]
  }
  'schemars::wrapper': {
    input: string
    output: string
  }
  'valibot::loose': {
    input: { a: string }
    output: { a: string }
  }
  'valibot::object': {
    input: {
      /** The article */
      sku: string
      /** @default 1 */
      quantity?: number | undefined
    }
    output: {
      /** The article */
      sku: string
      /** @default 1 */
      quantity?: number | undefined
    }
  }
  'valibot::picklist': {
    input: 'a' | 'b' | 'c'
    output: 'a' | 'b' | 'c'
  }
  'valibot::record': {
    input: { [key: string]: string | boolean }
    output: { [key: string]: string | boolean }
  }
  'valibot::recursive': {
    input: {
      name: string
      folders: ValibotRecursiveInputDefs0[]
    }
    output: {
      name: string
      folders: ValibotRecursiveInputDefs0[]
    }
  }
  'valibot::strict': {
    input: { a: string | null }
    output: { a: string | null }
  }
  'valibot::tuple': {
    input: [string, number]
    output: [string, number]
  }
  'valibot::variant': {
    input:
      | {
          type: 'card'
          last4: string
        }
      | { type: 'cash' }
    output:
      | {
          type: 'card'
          last4: string
        }
      | { type: 'cash' }
  }
  'zod3::enums': {
    input: 'x' | 'y'
    output: 'x' | 'y'
  }
  'zod3::object': {
    input: {
      sku: string
      /** @format date-time */
      at: string
      note: string | null
    }
    output: {
      sku: string
      /** @format date-time */
      at: string
      note: string | null
    }
  }
  'zod3::record': {
    input: { [key: string]: { n: number } }
    output: { [key: string]: { n: number } }
  }
  'zod3::recursive': {
    input: {
      root: {
        value: number
        next?: Zod3RecursiveInputPropertiesRoot | undefined
      }
    }
    output: {
      root: {
        value: number
        next?: Zod3RecursiveInputPropertiesRoot | undefined
      }
    }
  }
  'zod3::tagged': {
    input:
      | {
          kind: 'a'
          a: string
        }
      | {
          kind: 'b'
          b: boolean
        }
    output:
      | {
          kind: 'a'
          a: string
        }
      | {
          kind: 'b'
          b: boolean
        }
  }
  'zod3::tuple': {
    input: [string, number]
    output: [string, number]
  }
  'zod3::union': {
    input: string | number[]
    output: string | number[]
  }
  'zod4::anything': {
    input: any
    output: any
  }
  'zod4::catchall': {
    input: {
      a: string
      [key: string]: unknown
    }
    output: {
      a: string
      [key: string]: unknown
    }
  }
  'zod4::enums': {
    input: {
      size: 'small' | 'large'
      one: 1
      either: 'a' | 2 | true | null
    }
    output: {
      size: 'small' | 'large'
      one: 1
      either: 'a' | 2 | true | null
    }
  }
  'zod4::intersection': {
    input: {
      a: string
      /** @format uuid */
      b: string
    }
    output: {
      a: string
      /** @format uuid */
      b: string
    }
  }
  'zod4::loose': {
    input: {
      a: string
      [key: string]: unknown
    }
    output: {
      a: string
      [key: string]: unknown
    }
  }
  'zod4::never': {
    input: { a?: undefined }
    output: { a?: undefined }
  }
  'zod4::nothing': {
    input: null
    output: undefined
  }
  'zod4::object': {
    input: {
      /** The article */
      sku: string
      /** @default 1 */
      quantity?: number | undefined
    }
    output: {
      /** The article */
      sku: string
      /** @default 1 */
      quantity: number
    }
  }
  'zod4::optional': {
    input: {
      a?: string | undefined
      b: string | null
      c?: string | null | undefined
    }
    output: {
      a?: string | undefined
      b: string | null
      c?: string | null | undefined
    }
  }
  'zod4::record': {
    input: { [key: string]: string[] }
    output: { [key: string]: string[] }
  }
  'zod4::recursive': {
    input: Zod4RecursiveInput
    output: Zod4RecursiveOutput
  }
  'zod4::strict': {
    input: { a: string }
    output: { a: string }
  }
  'zod4::tagged': {
    input:
      | {
          kind: 'cat'
          lives: number
        }
      | {
          kind: 'dog'
          tricks: string[]
        }
    output:
      | {
          kind: 'cat'
          lives: number
        }
      | {
          kind: 'dog'
          tricks: string[]
        }
  }
  'zod4::tuple': {
    input: [string, number, ...boolean[]]
    output: [string, number, ...boolean[]]
  }
  'zod4::union': {
    input: string | number | {
      /** @format date-time */
      at: string
    }
    output: string | number | {
      /** @format date-time */
      at: string
    }
  }
}

/** Trigger types by their ids. */
export interface IIITriggerTypes {}

/** Items of streams by the names of the streams. */
export interface IIIStreams {}

export type Action =
  | { type: 'log' }
  | {
      type: 'webhook'
      url: string
    }
  | {
      path: string
      /** @format uint8 */
      retries?: number | null | undefined
      type: 'function'
    }

export type Cat = {
  kind: 'cat'
  lives: number
}

export type Dog = {
  kind: 'dog'
  /** @default {} */
  tricks?: { [key: string]: number } | undefined
}

/** A job of a queue. */
export type Job = {
  /** @format uint32 */
  attempts: number
  /** @format date-time */
  created: string
  /**
   * Unique.
   * @format uuid
   */
  id: string
  /** @default {} */
  labels?: { [key: string]: string } | undefined
  outcome?: Outcome | null | undefined
  payload: unknown
  /**
   * @format uint8
   * @default 5
   */
  priority?: number | undefined
}

export type Job2 = {
  /** @format uint64 */
  id: number
  kind: Outcome
}

export type Left = { right?: Right | null | undefined }

export type Level = 1 | 9

/** One line of an order. */
export type Line = {
  /** The article */
  sku: string
  /** @default 1 */
  quantity?: number | undefined
  size?: Size | null | undefined
}

export type Node = {
  value: unknown
  /** @default [] */
  children?: Node[] | undefined
}

/** How a job ended. */
export type Outcome = 'done' | 'dead'

export type Right = { left?: Left | null | undefined }

export type Size = 'small' | 'large'

export type Tree = {
  children: Tree[]
  left?: Tree | null | undefined
  name: string
}

export type Untagged = string | number | Untagged[]

export type ValibotRecursiveInputDefs0 = {
  name: string
  folders: ValibotRecursiveInputDefs0[]
}

export type Zod3RecursiveInputPropertiesRoot = {
  value: number
  next?: Zod3RecursiveInputPropertiesRoot | undefined
}

export type Zod4RecursiveInput = {
  name: string
  children: Zod4RecursiveInput[]
}

export type Zod4RecursiveOutput = {
  name: string
  children: Zod4RecursiveOutput[]
}
