/** @module A setup as JSON: the members of the API's body. */

import { z } from 'zod'
import { connectionMembers } from './connection-members.ts'

const text = (maxCharacters: number) => z.string().max(maxCharacters)
const { name, orgUrl, scopes, description, rotationIntervalDays, rotationAdmin, keys, jwksUrl } =
  connectionMembers.shape

/** The members of a setup. One that was begun needs its name alone; what is given beside it must be the same. */
export const setupMembers = z.strictObject({
  name,
  orgUrl: orgUrl.optional(),
  bundle: text(40)
    .optional()
    .describe('Scopes and roles by purpose: read-only (default), system-log, access-management.'),
  scopes,
  roles: z
    .array(text(120))
    .max(20)
    .optional()
    .describe('Admin roles: a type, its name, or CUSTOM:ROLE_ID:RESOURCE_SET_ID; or none.'),
  via: z.enum(['apps', 'clients']).optional().describe('apps (default), or dynamic registration.'),
  keys,
  jwksUrl,
  dpop: z.boolean().optional().describe('Whether the app requires DPoP; default true.'),
  label: text(100).optional().describe('The name of the app in the Admin Console.'),
  description,
  rotationIntervalDays,
  rotationAdmin,
})

/** Who changes the org. */
export const adminMembers = z.strictObject({
  admin: name.optional().describe('A stored connection that may.'),
  adminToken: text(256)
    .optional()
    .describe('An API token of a Super Admin. Used for this request and not kept.'),
})
