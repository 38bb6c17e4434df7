/** @module The parameters of a fault: parsed from `name:value,name:value` or from JSON, checked against its declaration. */

import { isJsonObject } from '../json.ts'
import { suggestNames } from '../nearest-names.ts'
import { SetupError } from '../setup-error.ts'
import type { FaultText } from './fault.ts'
import { describeParameter, type Parameter, ParameterValues } from './parameter.ts'

/** A fault and its parameters, as they were asked for. */
export interface FaultRequest {
  readonly name: string
  readonly parameters?: Readonly<Record<string, unknown>>
}

/**
 * A fault as it is written on a command line: `name`, `name=value` (of the fault's first parameter) or
 * `name=parameter:value,parameter:value`.
 */
export function parseFaultRequest(
  text: string,
  findFault: (name: string) => FaultText,
): FaultRequest {
  const mark = text.indexOf('=')
  if (mark === -1) return { name: text }
  const name = text.slice(0, mark)
  const known = findFault(name).parameters ?? {}
  const [first = ''] = Object.keys(known)
  const parameters = text
    .slice(mark + 1)
    .split(',')
    .map((part): [string, string] => {
      const colon = part.indexOf(':')
      // A word before a colon is meant as a name, unless it is the scheme of a URL.
      const named = /^[a-z]+:(?!\/\/)/i.test(part)
      return named ? [part.slice(0, colon), part.slice(colon + 1)] : [first, part]
    })
  return { name, parameters: Object.fromEntries(parameters) }
}

/**
 * The values of a fault's parameters.
 *
 * @throws {SetupError} `fault_parameter_unknown` or `fault_parameter_invalid`, naming what is there.
 */
export function readParameters(
  fault: FaultText,
  given: Readonly<Record<string, unknown>> = {},
): ParameterValues {
  const known = fault.parameters ?? {}
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue
    const names = Object.keys(known)
    throw new SetupError(
      'fault_parameter_unknown',
      `The fault ${fault.name} has no parameter ${JSON.stringify(name.slice(0, 60))}.`,
      names.length === 0
        ? 'Leave the parameter out: this fault has none.'
        : `${suggestNames(name, names)}It has ${names.join(', ')}.`,
    )
  }
  const values = new Map<string, string | number>()
  for (const [name, parameter] of Object.entries(known)) {
    const value = given[name] ?? parameter.default
    if (value !== undefined) values.set(name, readValue(fault.name, name, parameter, value))
  }
  return new ParameterValues(values)
}

function readValue(
  fault: string,
  name: string,
  parameter: Parameter,
  value: unknown,
): string | number {
  const read =
    parameter.type === 'number' ? readNumber(parameter, value) : readText(parameter, value)
  if (read !== undefined) return read
  throw new SetupError(
    'fault_parameter_invalid',
    `The parameter ${name} of the fault ${fault} cannot be ${show(value)}.`,
    `Give ${describeParameter(parameter)}: ${parameter.meaning}.`,
  )
}

function readNumber({ range }: Parameter, value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === ''))
    return undefined
  const number = Number(value)
  if (!Number.isFinite(number)) return undefined
  return range !== undefined && (number < range[0] || number > range[1]) ? undefined : number
}

function readText({ choices, begins = '' }: Parameter, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || /[\p{Cc}\p{Cs}]/u.test(value)) return undefined
  if (choices !== undefined && !choices.includes(value)) return undefined
  return value.startsWith(begins) ? value : undefined
}

function show(value: unknown): string {
  if (isJsonObject(value)) return 'an object'
  // Not written out: a list may be too deep for that.
  return Array.isArray(value) ? 'a list' : (JSON.stringify(value) ?? 'nothing').slice(0, 60)
}
