/** @module What an operator approves of a connection before anybody asks: an action, within limits. */

import { z } from 'zod'

const name = z.string().min(1).max(512)
const objects = z.array(name).min(1).max(1_000)

/** The members of one standing approval. */
export const standingApproval = z
  .strictObject({
    action: z.string().min(1).max(64).describe('The name of an action, such as group.add_member.'),
    groups: objects
      .optional()
      .describe(
        'Ids or whole names of groups: it is approved for these alone. Default: every one.',
      ),
    apps: objects
      .optional()
      .describe('Ids or whole labels of apps: it is approved for these alone. Default: every one.'),
    maxItems: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('How many effects one plan may have. Default: any number.'),
    perDay: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('How many plans it approves in 24 hours. Default: any number.'),
  })
  .meta({ id: 'StandingApproval' })

/** The standing approvals of one connection. */
export const standingApprovals = z.array(standingApproval).max(100)

/** One standing approval. */
export type StandingApproval = z.output<typeof standingApproval>
