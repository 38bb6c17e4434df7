/** @module The names of the inputs. */

/** The names of the inputs, in the order they are offered. */
export const inputNames = [
  'users',
  'groups',
  'group-members',
  'apps',
  'app-assignments',
  'system-log',
] as const

/** The name of an input. */
export type InputName = (typeof inputNames)[number]
