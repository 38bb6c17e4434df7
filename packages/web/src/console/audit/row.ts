/** @module A row of the audit log, as the server tells it. */

/** Where the audit log is asked for. */
export const AUDIT = '/v1/audit'

/** One row. */
export interface AuditRow {
  readonly seq: number
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly connection?: string
  readonly target?: string
  /** `ok`, or the code of the error. */
  readonly outcome: string
  readonly requestId?: string
  readonly details: Readonly<Record<string, unknown>>
  readonly hash: string
}

/** Some rows, the newest first. */
export interface AuditPage {
  readonly rows: readonly AuditRow[]
  readonly next?: number
}
