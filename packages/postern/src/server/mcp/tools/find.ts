/** @module The tools that look one thing up in an org: who or what a name stands for, and whether somebody is in a group or has an app. */

import { z } from 'zod'
import { connection } from '../parameters.ts'
import { runRead } from '../run-read.ts'
import { defineTool } from '../tool.ts'
import { ToolError } from '../tool-error.ts'

const kinds = ['user', 'group', 'app'] as const
const reference = z.string().min(1).max(512)
const needOf = (kind: (typeof kinds)[number]) =>
  ({ verb: 'act', scopes: [`okta.${kind}s.read`], actions: [`${kind}.find`] }) as const
const question = <Name extends string>(scope: string, action: Name) =>
  ({ verb: 'act', scopes: [scope], actions: [action] as const }) as const
const checkMember = question('okta.groups.read', 'group.check_member')
const checkUser = question('okta.apps.read', 'app.check_user')
const checkGroup = question('okta.apps.read', 'app.check_group')
const questions = [checkMember, checkUser, checkGroup] as const

/** `find` */
export const find = defineTool({
  name: 'find',
  title: 'Find a user, group or app',
  description:
    "Finds one object by its exact name: id, a user's login or e-mail, a group's name, an app's label. Says so where several have it; never guesses.",
  input: z.strictObject({ kind: z.enum(kinds), name: reference, connection }),
  effect: 'read',
  needs: '`act` (`user.find`, `group.find` or `app.find`), and the scope to read them',
  isOffered: (reach) => kinds.some((kind) => reach.having(needOf(kind)).length > 0),
  run: async ({ input: { kind, name, connection }, ...call }) => {
    const row = call.reach.require(needOf(kind), connection)
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
  needs:
    '`act` (`group.check_member`, `app.check_user` or `app.check_group`), and the scope to read them',
  isOffered: (reach) => questions.some((question) => reach.having(question).length > 0),
  run: async ({ input: { connection, ...given }, ...call }) => {
    const question = questionOf(given)
    const { name } = call.reach.require(question, connection)
    return runRead(call, { connection: name, action: question.actions[0], given })
  },
})

function questionOf(given: { readonly [Kind in (typeof kinds)[number]]?: string | undefined }) {
  const named = kinds.filter((kind) => given[kind] !== undefined).join(' ')
  switch (named) {
    case 'user group':
      return checkMember
    case 'user app':
      return checkUser
    case 'group app':
      return checkGroup
    default:
      throw new ToolError('tool_arguments_invalid', 'It takes two of user, group and app.', {
        remedy: 'Give user and group, user and app, or group and app.',
      })
  }
}
