/** Starts several things of one kind and ends them together. */
export class Group<T extends AsyncDisposable> implements AsyncDisposable {
  readonly list: readonly T[]

  private constructor(list: readonly T[]) {
    this.list = list
  }

  /** Starts one for each item, in turn; if one fails, those before it are ended. */
  static async start<I, T extends AsyncDisposable>(
    items: readonly I[],
    start: (item: I) => Promise<T>,
  ): Promise<Group<T>> {
    const list: T[] = []
    try {
      for (const item of items) list.push(await start(item))
    } catch (error) {
      await new Group(list)[Symbol.asyncDispose]()
      throw error
    }
    return new Group(list)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.list.map((one) => one[Symbol.asyncDispose]()))
  }
}
