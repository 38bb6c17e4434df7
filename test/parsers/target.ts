/** @module What a parser is given, and what has to become of it. */

/** What a parser takes. */
export interface Inputs {
  readonly text: string
  readonly bytes: Uint8Array
  readonly texts: readonly string[]
  readonly value: unknown
}

/** One parser, ready to be called. */
export interface Target<Shape extends keyof Inputs = keyof Inputs> {
  /** Its file below `packages`, and its name. */
  readonly of: string
  readonly shape: Shape
  /** Inputs that it takes, from which others are made. */
  readonly examples: readonly Inputs[Shape][]
  parse(input: never): unknown
  /** Words of its grammar. */
  readonly words: readonly string[]
  /** Names of errors that it throws on purpose beside those with a code and a remedy. */
  readonly alsoThrows: readonly string[]
  /** What it takes may be a secret: nothing of it may be said back. */
  readonly isSecret: boolean
  /** What is true of what it gave. */
  holds?(value: never, input: never): void
}

interface Options<Input, Value> {
  readonly words?: readonly string[]
  readonly alsoThrows?: readonly string[]
  readonly isSecret?: boolean
  readonly holds?: (value: Awaited<Value>, input: Input) => void
}

type Make<Shape extends keyof Inputs> = <Value>(
  of: string,
  parse: (input: Inputs[Shape]) => Value,
  examples: readonly Inputs[Shape][],
  options?: Options<Inputs[Shape], Value>,
) => Target<Shape>

const makerOf =
  <Shape extends keyof Inputs>(shape: Shape): Make<Shape> =>
  (of, parse, examples, options = {}) => {
    const { words = [], alsoThrows = [], isSecret = false, holds } = options
    const target = { of, shape, examples, parse, words, alsoThrows, isSecret }
    return (holds === undefined ? target : { ...target, holds }) as Target<Shape>
  }

/** A parser of a text. */
export const ofText = makerOf('text')
/** A parser of bytes. */
export const ofBytes = makerOf('bytes')
/** A parser of several texts. */
export const ofTexts = makerOf('texts')
/** A parser of a value that was JSON, or may be anything. */
export const ofValue = makerOf('value')
