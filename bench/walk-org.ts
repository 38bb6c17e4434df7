/**
 * @module One emulated org of bench/walk.ts, in a process of its own: the limits of a workforce org, and half a second for
 * each answer. Takes its options as JSON and sends its address to the parent.
 */

import { fillHistory, startOrg } from '@postern/emulator'

/** What the org has. */
export interface WalkOrgOptions {
  readonly users: number
  readonly events: number
  /** The part of a bucket that one token may use; Okta's default is a half. */
  readonly tokenShare: number
}

/** How it is reached. */
export interface WalkOrg {
  readonly url: string
  readonly adminToken: string
  readonly clientId: string
  /** TEST KEY, made for this run: a private JWK. */
  readonly key: string
}

const dayMs = 86_400_000
const options: WalkOrgOptions = JSON.parse(process.argv[2] ?? '')

const running = await startOrg({
  edition: 'workforce',
  users: options.users,
  // Whole answers after half a second: the body in one piece, with a wait before it.
  faults: ['slow-body=pieces:1,waitMs:500'],
})
running.limits.share = options.tokenShare
const toMs = Date.now()
fillHistory(running.org, { count: options.events, fromMs: toMs - dayMs, toMs })
const { url, adminToken, app } = running
process.send?.({
  url,
  adminToken,
  clientId: app.clientId,
  key: JSON.stringify(app.key),
} satisfies WalkOrg)
