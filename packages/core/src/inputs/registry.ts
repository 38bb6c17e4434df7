/** @module Every input. */

import { appAssignments } from './app-assignments.ts'
import { apps } from './apps.ts'
import { groupMembers } from './group-members.ts'
import { groups } from './groups.ts'
import type { Input } from './input.ts'
import { InputError } from './input-error.ts'
import { type InputName, inputNames } from './input-name.ts'
import { systemLog } from './system-log.ts'
import { users } from './users.ts'

const byName: Readonly<Record<InputName, Input>> = {
  users,
  groups,
  'group-members': groupMembers,
  apps,
  'app-assignments': appAssignments,
  'system-log': systemLog,
}

/** Every input, in the order they are offered. */
export const inputs: readonly Input[] = inputNames.map((name) => byName[name])

/** The input of a name. @throws {InputError} `input_unknown` */
export function getInput(name: string): Input {
  const found = inputs.find((input) => input.name === name)
  if (found !== undefined) return found
  throw new InputError('input_unknown', 'There is no input of that name.', {
    remedy: `Choose one of ${inputNames.join(', ')}.`,
  })
}
