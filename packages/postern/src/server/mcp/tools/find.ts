/** @module The tools that look one thing up in an org: who or what a name stands for, and whether somebody is in a group or has an app. */

import { z } from 'zod'
import { connection } from '../parameters.ts'
import { runRead } from '../run-read.ts'
import { defineTool } from '../tool.ts'
import { ToolError } from '../tool-error.ts'

const kinds = ['user', 'group', 'app'] as const
const reference = z.string().min(1).max(512)
const readScopes = {
  user: ['okta.users.read'],
  group: ['okta.groups.read'],
  app: ['okta.apps.read'],
} as const

/** `find` */
export const find = defineTool({
  name: 'find',
  title: 'Find a user, group or app',
  description:
    "Finds one object by its exact name: id, a user's login or e-mail, a group's name, an app's label. Says so where several have it; never guesses.",
  input: z.strictObject({ kind: z.enum(kinds), name: reference, connection }),
  effect: 'read',
  isOffered: (reach) =>
    reach.having({ verb: 'act', scopes: Object.values(readScopes).flat() }).length > 0,
  run: async ({ input: { kind, name, connection }, ...call }) => {
    const row = call.reach.require({ verb: 'act', scopes: readScopes[kind] }, connection)
    return runRead(call, { connection: row.name, action: `${kind}.find`, given: { [kind]: name } })
  },
})

/** `check_membership` */
export const checkMembership = defineTool({
  name: 'check_membership',
  title: 'Check a membership or assignment',
  description:
    'Says whether a user is in a group (user, group), or a user or group has an app (user or group, app), and how. Names as for find.',
  input: z.strictObject({
    user: reference.optional(),
    group: reference.optional(),
    app: reference.optional(),
    connection,
  }),
  effect: 'read',
  isOffered: (reach) =>
    reach.having({ verb: 'act', scopes: [...readScopes.group, ...readScopes.app] }).length > 0,
  run: async ({ input: { connection, ...given }, ...call }) => {
    const action = questionOf(given)
    const row = call.reach.require({ verb: 'act' }, connection)
    return runRead(call, { connection: row.name, action, given })
  },
})

function questionOf(
  given: { readonly [Kind in (typeof kinds)[number]]?: string | undefined },
): string {
  const named = kinds.filter((kind) => given[kind] !== undefined).join(' ')
  switch (named) {
    case 'user group':
      return 'group.check_member'
    case 'user app':
      return 'app.check_user'
    case 'group app':
      return 'app.check_group'
    default:
      throw new ToolError('tool_arguments_invalid', 'It takes two of user, group and app.', {
        remedy: 'Give user and group, user and app, or group and app.',
      })
  }
}
