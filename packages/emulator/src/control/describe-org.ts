/** @module A running org in the words of the control API. */

import type { ReadyApp } from '../ready-app.ts'
import type { RunningOrg } from '../running-org.ts'
import type { Edition } from '../state/org.ts'

/** An org as the control API and `postern emulator --output json` show it, test secrets included. */
export interface OrgDescription {
  readonly name: string
  readonly url: string
  /** Where the control API speaks of it. */
  readonly control: string
  /** The value of the first Super Admin's API token. */
  readonly adminToken: string
  readonly app: ReadyApp
  readonly edition: Edition
  /** The names of those in force, the first one first. */
  readonly faults: readonly string[]
  /** The time of its clock, as `2026-01-01T00:00:00.000Z`. */
  readonly now: string
}

/** What it takes to use an org, and the state that it is in. */
export function describeOrg(running: RunningOrg): OrgDescription {
  const { org, url, control, adminToken, app, faults } = running
  return {
    name: org.name,
    url,
    control,
    adminToken,
    app,
    edition: org.edition,
    faults: faults.list().map(({ name }) => name),
    now: org.time.now().toISOString(),
  }
}
