/** @module A Connect session as the API shows it. */

import { z } from '@hono/zod-openapi'
import { connectFields, connectMethods } from '../../config/connect-fields.ts'

const given = z.object({
  orgUrl: z.string().optional(),
  clientId: z.string().optional(),
  description: z.string().optional(),
  scopes: z.string().optional().describe('Separated by spaces.'),
})

/** What the person on the page and whoever made the session see of it. */
export const connectSession = z.object({
  id: z.string(),
  name: z.string().describe('Of the connection that is to be.'),
  status: z.enum(['waiting', 'open', 'connected', 'failed', 'expired', 'revoked']),
  expiresAt: z.iso.datetime(),
  triesLeft: z
    .int()
    .describe('How many tries may still come to nothing; the last one ends the session.'),
  methods: z.array(z.enum(connectMethods)).readonly().describe('How the connection may sign in.'),
  given: given.describe('What is fixed.'),
  wants: z.array(z.string()).readonly().nullable().describe('The scopes of what it is for.'),
  fields: z.array(z.string()).readonly().describe('The members that the person may set.'),
  origin: z.string().nullable().describe('Of the page that may embed or open the Connect page.'),
})

/** The members that a session may let a person set. */
export const connectField = z.enum(connectFields)

/** The ways to sign in that a session may allow. */
export const connectMethod = z.enum(connectMethods)
