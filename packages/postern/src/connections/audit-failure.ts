/** @module Writes down what stopped a deed, in the audit log. */

import { type Clock, PosternError } from '@postern/core'
import { type AuditEntry, appendAudit } from '../store/audit.ts'
import type { Store } from '../store/store.ts'

/** Does `work`; where it is refused, the deed has a row with the code of the error. @throws what `work` throws. */
export async function auditFailure<Result>(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  deed: Omit<AuditEntry, 'outcome'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PosternError) {
      // What stopped it is worth more than that it cannot be written down.
      await appendAudit(store, { ...deed, outcome: error.code }, clock.now()).catch(() => undefined)
    }
    throw error
  }
}
