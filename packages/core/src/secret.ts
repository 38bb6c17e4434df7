/** @module A value that never prints. */

const MASK = '[secret]'

/**
 * Holds a secret so that printing, logging, spreading, cloning or serialising its owner shows `[secret]` or nothing.
 *
 * The value comes out only through {@link Secret.reveal}; a static check keeps the list of files that may call it short.
 */
export class Secret<Value = string> {
  readonly #value: Value

  constructor(value: Value) {
    this.#value = value
    Object.freeze(this)
  }

  /** The value itself. Call it where the value is used, and keep no copy. */
  reveal(): Value {
    return this.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [Symbol.toPrimitive](): string {
    return MASK
  }

  /** What Node's `util.inspect` and `console` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK
  }
}
