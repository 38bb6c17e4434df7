/** @module What can go wrong with the audit log. */

import { PosternError } from '@postern/core'

/** What can go wrong with the audit log. */
export type AuditErrorCode = 'audit_unwritable'

/** The audit log takes no row, so nothing is done that would need one. */
export class AuditError extends PosternError<AuditErrorCode> {
  override readonly name = 'AuditError'
}

/** The refusal of everything that needs a row while none can be written. */
export function auditUnwritable(cause: unknown): AuditError {
  return new AuditError(
    'audit_unwritable',
    'The audit log cannot be written, and nothing is done or handed out without a row in it.',
    {
      remedy: 'Give the database room, and its role INSERT on audit and UPDATE on audit_head.',
      cause,
    },
  )
}
