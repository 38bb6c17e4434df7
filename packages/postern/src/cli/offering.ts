/** @module A flag with the values that it has: shown by the help, offered by the shell, and judged by the command itself. */

import { Option } from 'commander'

/** A flag whose values are known. What else is typed the command refuses, in its own words and without repeating it. */
export function offering(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description)
  // Not `choices()`: that would refuse as well, and know nothing of other ways to write a value.
  option.argChoices = [...values]
  return option
}
