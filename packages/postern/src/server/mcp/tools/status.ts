/** @module The tool that says what there is: connections, how they are, and what the caller may do with each. */

import { z } from 'zod'
import { verbs } from '../../../config/access-rules.ts'
import { answerBytes } from '../answer.ts'
import { fitItems } from '../fit.ts'
import { defineTool } from '../tool.ts'

/** `status` */
export const status = defineTool({
  name: 'status',
  title: 'Connections and their health',
  description:
    'Lists the connections (each one Okta org), their scopes, how the last doctor run came out, and what you may do. Start here.',
  input: z.strictObject({}),
  effect: 'read',
  needs: 'any rule for a connection',
  isOffered: (reach) => reach.all.length > 0,
  run: async ({ caller, reach }) => {
    const connections = reach.all.map(({ name, org_url, kind, settings, doctor }) => ({
      name,
      org: org_url,
      signsInWith: kind,
      ...(settings.scopes === undefined ? {} : { scopes: settings.scopes }),
      doctor: doctor ?? 'was not asked yet',
      verbs: verbs.filter((verb) => caller.may(verb, name)),
    }))
    const { items, taken } = fitItems(connections, answerBytes.usual)
    return {
      connections: items,
      ...(taken < connections.length ? { more: connections.length - taken } : {}),
    }
  },
})
