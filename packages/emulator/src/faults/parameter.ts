/** @module A parameter of a fault, and the values that such parameters have in force. */

/** A parameter of a fault. */
export interface Parameter {
  /** What it says, in a few words. */
  readonly meaning: string
  readonly type: 'text' | 'number'
  /** Absent where leaving it out means something else than a value. */
  readonly default?: string | number
  /** The values it may have, where not every one will do. */
  readonly choices?: readonly string[]
  /** Of a text: how it begins. */
  readonly begins?: string
  /** Of a number: the smallest and the greatest. */
  readonly range?: readonly [smallest: number, greatest: number]
}

/** The values in force, defaults included. */
export class ParameterValues {
  readonly #values: ReadonlyMap<string, string | number>

  constructor(values: ReadonlyMap<string, string | number>) {
    this.#values = values
  }

  /** A text; undefined where it was left out and has no default. */
  text(name: string): string | undefined {
    const value = this.#values.get(name)
    return value === undefined ? undefined : String(value)
  }

  /** A number; undefined where it was left out and has no default. */
  number(name: string): number | undefined {
    const value = this.#values.get(name)
    return typeof value === 'number' ? value : undefined
  }

  /** As an object, for those who look. */
  toJSON(): Readonly<Record<string, string | number>> {
    return Object.fromEntries(this.#values)
  }
}

/** What values a parameter takes, for people: `a number from 0 to 1`, `one of a, b`. */
export function describeParameter({ type, choices, begins, range }: Parameter): string {
  if (choices !== undefined) return `one of ${choices.join(', ')}`
  if (begins !== undefined) return `a text that begins with ${begins}`
  if (type === 'text') return 'a text'
  return range === undefined ? 'a number' : `a number from ${range[0]} to ${range[1]}`
}
