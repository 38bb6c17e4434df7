/** @module Assumptions as they are given from outside: names and values checked against what there is to choose. */

import {
  type AssumptionName,
  type Assumptions,
  assumptions,
  describeQuantity,
  isQuantity,
  type Unit,
} from './assumptions.ts'
import { suggestNames } from './nearest-names.ts'
import { SetupError } from './setup-error.ts'

/**
 * Some answers to open questions, checked.
 *
 * @throws {SetupError} `assumption_unknown` or `assumption_invalid`, naming what there is.
 */
export function readAssumptions(given: Readonly<Record<string, unknown>>): Partial<Assumptions> {
  const values = Object.entries(given).map(([name, value]) => [name, readValue(name, value)])
  return Object.fromEntries(values)
}

function readValue(name: string, value: unknown): string | number {
  if (!isAssumption(name)) {
    const names = Object.keys(assumptions)
    throw new SetupError(
      'assumption_unknown',
      `There is no assumption ${JSON.stringify(name.slice(0, 60))}.`,
      `${suggestNames(name, names)}docs/emulator.md lists all ${names.length}.`,
    )
  }
  const assumption: { readonly choices: readonly string[] } | { readonly unit: Unit } =
    assumptions[name]
  if ('choices' in assumption) {
    const choice = assumption.choices.find((known) => known === value)
    if (choice !== undefined) return choice
    throw invalid(name, `one of ${assumption.choices.join(', ')}`)
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && isQuantity(number, assumption.unit)) return number
  throw invalid(name, describeQuantity(assumption.unit))
}

function isAssumption(name: string): name is AssumptionName {
  return Object.hasOwn(assumptions, name)
}

function invalid(name: string, wanted: string): SetupError {
  return new SetupError(
    'assumption_invalid',
    `The assumption ${name} cannot have that value.`,
    `Give ${wanted}.`,
  )
}
