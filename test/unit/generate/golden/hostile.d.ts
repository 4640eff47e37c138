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
    strict: true
  }
}

/** Functions by their ids. */
export interface IIIFunctions {
  '*/': {
    input: Input
    output: any
  }
  '1a': {
    input: Input
    output: any
  }
  '\ud800': {
    input: Input
    output: any
  }
  __proto__: {
    input: Input
    output: any
  }
  '`${1}`': {
    input: Input
    output: any
  }
  'a\nb': {
    input: Input
    output: any
  }
  'back\\slash': {
    input: Input
    output: any
  }
  constructor: {
    input: Input
    output: any
  }
  /** *\/ export const x = 1 /* */
  'described 0': {
    input: {
      /**
       * *\/ export const x = 1 /*
       * @format *\/ export const x = 1 /*
       * @default "*\/ export const x = 1 /*"
       */
      a?: string | undefined
    }
    output: string
  }
  /** \@ts-expect-error */
  'described 1': {
    input: {
      /**
       * \@ts-expect-error
       * @format \@ts-expect-error
       * @default "@ts-expect-error"
       */
      a?: string | undefined
    }
    output: string
  }
  /**
   * * \@ts-ignore
   * \@deprecated
   */
  'described 2': {
    input: {
      /**
       * * \@ts-ignore
       * \@deprecated
       * @default " * @ts-ignore\n@deprecated"
       */
      a?: string | undefined
    }
    output: string
  }
  /** // \@ts-nocheck */
  'described 3': {
    input: {
      /**
       * // \@ts-nocheck
       * @format // \@ts-nocheck
       * @default "// @ts-nocheck"
       */
      a?: string | undefined
    }
    output: string
  }
  'described 4': {
    input: { a?: string | undefined }
    output: string
  }
  'described 5': {
    input: {
      /** @default "\u0000\u0007" */
      a?: string | undefined
    }
    output: string
  }
  'hostile::alternatives contradict': {
    input: { a?: unknown }
    output: { a?: unknown }
  }
  'hostile::deep': {
    input: {
      inner?: {
        inner?: {
          inner?: {
            inner?: {
              inner?: {
                inner?: {
                  inner?: {
                    inner?: {
                      inner?: {
                        inner?: {
                          inner?: {
                            inner?: {
                              inner?: {
                                inner?: {
                                  inner?: {
                                    inner?: {
                                      inner?: {
                                        inner?: {
                                          inner?: {
                                            inner?: {
                                              inner?: {
                                                inner?: {
                                                  inner?: {
                                                    inner?: {
                                                      inner?: {
                                                        inner?: {
                                                          inner?: {
                                                            inner?: {
                                                              inner?: {
                                                                inner?: {
                                                                  inner?: {
                                                                    inner?: {
                                                                      inner?: {
                                                                        inner?: {
                                                                          inner?: {
                                                                            inner?: {
                                                                              inner?: { inner?: { inner?: { inner?: { inner?: unknown } | undefined } | undefined } | undefined } | undefined
                                                                            } | undefined
                                                                          } | undefined
                                                                        } | undefined
                                                                      } | undefined
                                                                    } | undefined
                                                                  } | undefined
                                                                } | undefined
                                                              } | undefined
                                                            } | undefined
                                                          } | undefined
                                                        } | undefined
                                                      } | undefined
                                                    } | undefined
                                                  } | undefined
                                                } | undefined
                                              } | undefined
                                            } | undefined
                                          } | undefined
                                        } | undefined
                                      } | undefined
                                    } | undefined
                                  } | undefined
                                } | undefined
                              } | undefined
                            } | undefined
                          } | undefined
                        } | undefined
                      } | undefined
                    } | undefined
                  } | undefined
                } | undefined
              } | undefined
            } | undefined
          } | undefined
        } | undefined
      } | undefined
    }
    output: {
      inner?: {
        inner?: {
          inner?: {
            inner?: {
              inner?: {
                inner?: {
                  inner?: {
                    inner?: {
                      inner?: {
                        inner?: {
                          inner?: {
                            inner?: {
                              inner?: {
                                inner?: {
                                  inner?: {
                                    inner?: {
                                      inner?: {
                                        inner?: {
                                          inner?: {
                                            inner?: {
                                              inner?: {
                                                inner?: {
                                                  inner?: {
                                                    inner?: {
                                                      inner?: {
                                                        inner?: {
                                                          inner?: {
                                                            inner?: {
                                                              inner?: {
                                                                inner?: {
                                                                  inner?: {
                                                                    inner?: {
                                                                      inner?: {
                                                                        inner?: {
                                                                          inner?: {
                                                                            inner?: {
                                                                              inner?: { inner?: { inner?: { inner?: { inner?: unknown } | undefined } | undefined } | undefined } | undefined
                                                                            } | undefined
                                                                          } | undefined
                                                                        } | undefined
                                                                      } | undefined
                                                                    } | undefined
                                                                  } | undefined
                                                                } | undefined
                                                              } | undefined
                                                            } | undefined
                                                          } | undefined
                                                        } | undefined
                                                      } | undefined
                                                    } | undefined
                                                  } | undefined
                                                } | undefined
                                              } | undefined
                                            } | undefined
                                          } | undefined
                                        } | undefined
                                      } | undefined
                                    } | undefined
                                  } | undefined
                                } | undefined
                              } | undefined
                            } | undefined
                          } | undefined
                        } | undefined
                      } | undefined
                    } | undefined
                  } | undefined
                } | undefined
              } | undefined
            } | undefined
          } | undefined
        } | undefined
      } | undefined
    }
  }
  'hostile::definitions': {
    input: Any | IIIClient | IIIFunctions_2 | String
    output: Any | IIIClient | IIIFunctions_2 | String | undefined
  }
  'hostile::false': {
    input: never
    output: never
  }
  'hostile::impossible': {
    input: {
      a: never
      b?: undefined
    }
    output: {
      a: never
      b?: undefined
    }
  }
  'hostile::list': {
    input: any
    output: any
  }
  'hostile::literals': {
    input:
      | '__proto__'
      | 'constructor'
      | 'a\nb'
      | 'it\'s'
      | 'back\\slash'
      | '*/'
      | '`${1}`'
      | '\u202ereversed'
      | '\ud800'
      | ''
      | '1a'
      | null
      | 0
      | 1.5
      | [1, [2]]
      | { a: { b: 'c' } }
      | { [key: string]: never }
    output:
      | '__proto__'
      | 'constructor'
      | 'a\nb'
      | 'it\'s'
      | 'back\\slash'
      | '*/'
      | '`${1}`'
      | '\u202ereversed'
      | '\ud800'
      | ''
      | '1a'
      | 0
      | 1.5
      | [1, [2]]
      | { a: { b: 'c' } }
      | { [key: string]: never }
      | undefined
  }
  'hostile::long chain of members': {
    input: D0
    output: D0
  }
  'hostile::long chain of references': {
    input: any
    output: any
  }
  'hostile::long enum': {
    input: string
    output: string
  }
  'hostile::many alternatives': {
    input: any
    output: any
  }
  'hostile::names': {
    input: {
      __proto__?: string | undefined
      constructor?: string | undefined
      'a\nb'?: string | undefined
      'it\'s'?: string | undefined
      'back\\slash'?: string | undefined
      '*/'?: string | undefined
      '`${1}`'?: string | undefined
      '\u202ereversed'?: string | undefined
      '\ud800'?: string | undefined
      ''?: string | undefined
      '1a'?: string | undefined
    }
    output: {
      __proto__?: string | undefined
      constructor?: string | undefined
      'a\nb'?: string | undefined
      'it\'s'?: string | undefined
      'back\\slash'?: string | undefined
      '*/'?: string | undefined
      '`${1}`'?: string | undefined
      '\u202ereversed'?: string | undefined
      '\ud800'?: string | undefined
      ''?: string | undefined
      '1a'?: string | undefined
    }
  }
  'hostile::no lists': {
    input: { [key: string]: unknown }
    output: { [key: string]: unknown }
  }
  'hostile::nullable': {
    input: string | null
    output: string | undefined
  }
  'hostile::part of itself': {
    input: { a?: A | undefined }
    output: { a?: A | undefined }
  }
  'hostile::parts contradict': {
    input: any
    output: any
  }
  'hostile::properties beside others': {
    input: {
      a?: number | undefined
      [key: string]: unknown
    }
    output: {
      a?: number | undefined
      [key: string]: unknown
    }
  }
  'hostile::refers in a circle': {
    input: A_2
    output: A_2
  }
  'hostile::refers into a member': {
    input: { 'a/b~c'?: { self?: HostileRefersIntoAMemberInputPropertiesABC | undefined } | undefined }
    output: { 'a/b~c'?: { self?: HostileRefersIntoAMemberInputPropertiesABC | undefined } | undefined }
  }
  'hostile::refers to itself': {
    input: HostileRefersToItselfInput
    output: HostileRefersToItselfInput
  }
  'hostile::refers to nothing': {
    input: {
      a?: unknown
      b?: unknown
      c?: unknown
    }
    output: {
      a?: unknown
      b?: unknown
      c?: unknown
    }
  }
  'hostile::required without properties': {
    input: {
      a: unknown
      __proto__: unknown
    }
    output: {
      a: unknown
      __proto__: unknown
    }
  }
  'hostile::text': {
    input: any
    output: any
  }
  'hostile::too deep': {
    input: any
    output: any
  }
  'hostile::tuples': {
    input: [string, (number | null)?, ...(string | number)[]]
    output: [string, (number | null)?, ...(string | number)[]]
  }
  'hostile::type contradicts enum': {
    input: any
    output: any
  }
  'hostile::types that do not exist': {
    input: any
    output: any
  }
  'it\'s': {
    input: Input
    output: any
  }
  '\u202ereversed': {
    input: Input
    output: any
  }
}

/** Trigger types by their ids. */
export interface IIITriggerTypes {}

/** Items of streams by the names of the streams. */
export interface IIIStreams {
  __proto__: any
  'it\'s': any
}

export type A = { [key: string]: unknown }

export type A_2 = unknown

export type Any = string

export type D0 = { next?: D1 | undefined }

export type D1 = { next?: D2 | undefined }

export type D10 = { next?: D11 | undefined }

export type D11 = { next?: D12 | undefined }

export type D12 = { next?: D13 | undefined }

export type D13 = { next?: D14 | undefined }

export type D14 = { next?: D15 | undefined }

export type D15 = { next?: D16 | undefined }

export type D16 = { next?: D17 | undefined }

export type D17 = { next?: D18 | undefined }

export type D18 = { next?: D19 | undefined }

export type D19 = { next?: D20 | undefined }

export type D2 = { next?: D3 | undefined }

export type D20 = { next?: D21 | undefined }

export type D21 = { next?: D22 | undefined }

export type D22 = { next?: D23 | undefined }

export type D23 = { next?: D24 | undefined }

export type D24 = { next?: D25 | undefined }

export type D25 = { next?: D26 | undefined }

export type D26 = { next?: D27 | undefined }

export type D27 = { next?: D28 | undefined }

export type D28 = { next?: D29 | undefined }

export type D29 = { next?: D30 | undefined }

export type D3 = { next?: D4 | undefined }

export type D30 = { next?: D31 | undefined }

export type D31 = { next?: D32 | undefined }

export type D32 = { next?: D33 | undefined }

export type D33 = { next?: D34 | undefined }

export type D34 = { next?: D35 | undefined }

export type D35 = { next?: D36 | undefined }

export type D36 = { next?: D37 | undefined }

export type D37 = { next?: D38 | undefined }

export type D38 = { next?: D39 | undefined }

export type D39 = { next?: D40 | undefined }

export type D4 = { next?: D5 | undefined }

export type D40 = string

export type D5 = { next?: D6 | undefined }

export type D6 = { next?: D7 | undefined }

export type D7 = { next?: D8 | undefined }

export type D8 = { next?: D9 | undefined }

export type D9 = { next?: D10 | undefined }

export type HostileRefersIntoAMemberInputPropertiesABC = { self?: HostileRefersIntoAMemberInputPropertiesABC | undefined }

export type HostileRefersToItselfInput = unknown

export type IIIClient = number

export type IIIFunctions_2 = null

export type Input = unknown

export type String = boolean
