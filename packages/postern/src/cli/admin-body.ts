/** @module Who changes an org, as the body of a request to Postern's own API. */

import { readSecretText } from '../config/secret-reference.ts'
import type { AdminBody } from '../server/api/admin-choice.ts'

/** The flags that name an administrator, as they were typed. */
export interface AdminFlags {
  /** A connection that is kept. */
  readonly admin?: string
  /** A reference to an API token. */
  readonly adminToken?: string
}

/** The members that the flags stand for. @throws {FileError} */
export async function readAdminBody({ admin, adminToken }: AdminFlags): Promise<AdminBody> {
  const sources = { env: process.env, stdin: process.stdin }
  const secret = await readSecretText(adminToken, '--admin-token', sources)
  return {
    ...(admin === undefined ? {} : { admin }),
    ...(secret === undefined ? {} : { adminToken: secret.reveal() }),
  }
}
