/** Marks classes so that `instanceof` works across copies of the package. */

const BRANDS = Symbol.for('iii-node.error-brands')

/** Gives a class an `instanceof` that recognises instances from any copy of this package. */
export function brand(constructor: { readonly prototype: object }, name: string): void {
  const inherited = (constructor.prototype as { [BRANDS]?: readonly string[] })[BRANDS] ?? []
  Object.defineProperty(constructor.prototype, BRANDS, { value: [...inherited, name] })
  // Bundlers rename classes, and programs identify an error by its name.
  Object.defineProperty(constructor, 'name', { value: name, configurable: true })
  Object.defineProperty(constructor, Symbol.hasInstance, {
    value(this: unknown, candidate: unknown): boolean {
      // A subclass of a user inherits this method but has no brand of its own, so the prototype chain decides.
      if (this !== constructor) return Function.prototype[Symbol.hasInstance].call(this as object, candidate)
      if (typeof candidate !== 'object' || candidate === null) return false
      const brands = (candidate as { [BRANDS]?: unknown })[BRANDS]
      return Array.isArray(brands) && brands.includes(name)
    },
  })
}
