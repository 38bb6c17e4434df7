/** @module Which exchanges a disturbance touches: by path and method, and then the first ones, every n-th, or a share. */

import type { UnroutedRequest } from '../http/exchange.ts'
import { fraction, hashText } from '../random.ts'
import type { Parameter, ParameterValues } from './parameter.ts'

/** The parameters that every disturbance has. */
export const occasionParameters = {
  path: {
    meaning: 'only requests whose path begins like this',
    type: 'text',
    default: '/',
    begins: '/',
  },
  method: { meaning: 'only this method', type: 'text' },
  times: { meaning: 'how many exchanges it touches at most', type: 'number', range: [1, 1e9] },
  after: {
    meaning: 'how many matching exchanges it lets through first',
    type: 'number',
    default: 0,
    range: [0, 1e9],
  },
  every: {
    meaning: 'touches each n-th of the matching exchanges',
    type: 'number',
    default: 1,
    range: [1, 1e9],
  },
  share: {
    meaning: 'the part of the matching exchanges that it touches, chosen by the seed of the org',
    type: 'number',
    default: 1,
    range: [0, 1],
  },
} as const satisfies Readonly<Record<string, Parameter>>

/** Chooses exchanges, and counts those it has seen and taken. */
export class Occasion {
  readonly #values: ParameterValues
  readonly #salt: number
  readonly #seed: number
  #seen = 0
  #taken = 0

  constructor(name: string, seed: number, values: ParameterValues) {
    this.#values = values
    this.#seed = seed
    this.#salt = hashText(name)
  }

  /** Whether a request is one of those that are counted. */
  matches({ method, path }: UnroutedRequest): boolean {
    const wanted = this.#values.text('method')
    return (
      path.startsWith(this.#values.text('path') ?? '/') &&
      (wanted === undefined || wanted.toUpperCase() === method)
    )
  }

  /** Counts one exchange, and tells whether it is touched. */
  take(): boolean {
    const before = this.#seen - (this.#values.number('after') ?? 0)
    const chance = fraction(this.#seed, this.#salt, this.#seen)
    this.#seen++
    if (before < 0 || this.#taken >= (this.#values.number('times') ?? Infinity)) return false
    const every = this.#values.number('every') ?? 1
    if ((before + 1) % every !== 0 || chance >= (this.#values.number('share') ?? 1)) return false
    this.#taken++
    return true
  }
}
