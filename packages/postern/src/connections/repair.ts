/** @module Repairs the app of a stored connection in its org, for one finding of the doctor. */

import { findRepair, PosternError } from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import { forgetRoles } from '../store/connections.ts'
import { requireAdmin } from './admin.ts'
import type { AdminChoice } from './admin-choice.ts'
import type { Connections } from './connections.ts'
import type { ConnectionsContext } from './context.ts'

/** What is repaired, and as whom. */
export interface RepairRequest extends AdminChoice {
  /** The code of the finding. */
  readonly finding: string
  /** `details.scopes` of the finding. */
  readonly scopes?: readonly string[] | undefined
  /** `details.roles` of the finding. */
  readonly roles?: readonly string[] | undefined
}

/** A finding for which there is no repair. */
class RepairError extends PosternError<'repair_unknown'> {
  override readonly name = 'RepairError'
}

/**
 * Repairs the app. Done twice, it does no harm.
 *
 * @throws {RepairError} `repair_unknown`; {@link AdminError} where nobody is named who may do it.
 * @throws what the org says to it.
 */
export async function repair(
  context: ConnectionsContext & { readonly connections: Connections },
  name: string,
  { finding, scopes, roles, ...choice }: RepairRequest,
  by: Caller,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { store, clock, connections } = context
  const { row, org } = await connections.open(name)
  const known = row.kind === 'service-app' ? findRepair(finding) : undefined
  const note = (outcome: string) =>
    appendAudit(
      store,
      { ...by, action: 'connection.repair', connection: name, target: finding, outcome },
      clock.now(),
    )
  if (known === undefined) {
    throw new RepairError('repair_unknown', 'There is no repair for that finding.', {
      remedy: 'Do what its remedy says.',
    })
  }
  const admin = await requireAdmin(context, org.url, choice)
  const { publicJwk } = row.settings
  const { signal } = options
  // Before its effect, and after it.
  await note('begun')
  try {
    await known.apply(admin, row.client_id ?? '', {
      ...(scopes === undefined ? {} : { scopes }),
      ...(roles === undefined ? {} : { roles }),
      ...(publicJwk === undefined ? {} : { publicJwk }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    await note(error instanceof PosternError ? error.code : 'failed')
    throw error
  }
  // A repair may have given it others.
  await forgetRoles(store, row.id)
  await note('ok')
}
