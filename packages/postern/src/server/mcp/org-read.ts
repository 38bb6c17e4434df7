/** @module Reads an org for a tool: with GET alone, where the caller's rules let it, and with a row in the audit log. */

import type { OrgAnswer, Query } from '@postern/core'
import { withAudit } from '../call-audit.ts'
import { requireCall } from '../org-call.ts'
import type { ToolCall } from './tool.ts'

const MAX_ANSWER_BYTES = 4 * 1_024 * 1_024

/** What is read. */
export interface OrgRead {
  /** The name of the connection. */
  readonly connection: string
  /** On the org, such as `/api/v1/users`; it may have a query. */
  readonly path: string
  readonly query?: Query | undefined
}

/**
 * Sends the request.
 *
 * @throws {CallError} for a path that does not stay on the org, or that the caller's rules do not give; {ServerError} `access_denied` where it
 *   leads to keys; {ApiError} what the org refuses.
 */
export async function readOrg(
  { services, caller, by, signal }: Omit<ToolCall<unknown>, 'input'>,
  { connection, path, query = {} }: OrgRead,
): Promise<OrgAnswer> {
  requireCall({ method: 'GET', path, headers: {} }, caller, connection)
  const { org } = await services.connections.open(connection)
  const send = () => org.request({ path, query, maxBytes: MAX_ANSWER_BYTES, signal })
  return withAudit(services, { by, connection, method: 'GET', path }, send)
}
