/** @module The parameters that most actions have. */

import type { Parameter } from './parameter.ts'

/** The user that an action is about. */
export const userParameter: Parameter = {
  name: 'user',
  kind: 'user',
  description: 'The user: id, login or e-mail address.',
  required: true,
}

/** The group that an action is about. */
export const groupParameter: Parameter = {
  name: 'group',
  kind: 'group',
  description: 'The group: id or name.',
  required: true,
}

/** The app that an action is about. */
export const appParameter: Parameter = {
  name: 'app',
  kind: 'app',
  description: 'The app: id or label.',
  required: true,
}
