/** @module A running org in the words of the control API. */

import type { RunningOrg } from '../running-org.ts'

/** An org as the control API and `postern emulator --output json` show it, test secrets included. */
export function describeOrg({ org, url, control, adminToken, app, faults }: RunningOrg) {
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
