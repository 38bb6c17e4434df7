/** @module Okta's own apps, which every org has from its first day. */

import { kindOf } from '../state/app-kind.ts'
import type { Org } from '../state/org.ts'

const systemApps = ['saasure', 'okta_enduser', 'okta_browser_plugin'] as const

/** Puts the Admin Console, the Dashboard and the Browser Plugin into an org, as there before anybody looked: no events. */
export function addSystemApps(org: Org): void {
  for (const name of systemApps) {
    const atMs = org.time.secondMs()
    org.apps.put({
      id: org.ids.next('app'),
      name,
      label: kindOf({ name }).displayName,
      status: 'ACTIVE',
      createdMs: atMs,
      lastUpdatedMs: atMs,
      signOnMode: kindOf({ name }).signOnMode,
      details: {},
    })
  }
}
