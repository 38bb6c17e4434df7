/** @module An emulated org, and the flags that lead a command to it. */

import { writeFileSync } from 'node:fs'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import type { Place } from './run.ts'

/** An org that ends with the test. */
export interface ServedOrg {
  readonly running: RunningOrg
  /** Flags that sign in as the ready service app, with every scope it has. */
  readonly app: readonly string[]
  /** Flags that sign in with the first Super Admin's API token, which is in {@link ServedOrg.env}. */
  readonly admin: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The body of a GET with the API token, as it came. */
  readonly get: (path: string) => Promise<string>
}

/** Starts an org without limits worth the name. */
export async function serveOrg(place: Place, options: StartOptions = {}): Promise<ServedOrg> {
  const running = await startOrg({ edition: 'unlimited', keyType: 'EC', ...options })
  onTestFinished(running.close)
  const { url, adminToken, app } = running
  const key = place.path(`${new URL(url).port}.jwk`)
  writeFileSync(key, JSON.stringify(app.key), { mode: 0o600 })
  const scopes = app.scopes.join(' ')
  return {
    running,
    app: ['--org', url, '--client-id', app.clientId, '--key', key, '--scopes', scopes],
    admin: ['--org', url, '--api-token', 'env:ADMIN_TOKEN'],
    env: { ADMIN_TOKEN: adminToken },
    get: async (path) => {
      const answer = await fetch(url + path, { headers: { authorization: `SSWS ${adminToken}` } })
      return answer.text()
    },
  }
}
