/** @module An API whose connection `acme` leads to an emulated org that takes changes, and what tests of its actions ask. */

import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import type { AccessRule } from '../../src/config/access-rules.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, valuesOfApp } from '../connections/kept.ts'
import { namesIn } from './action-names.ts'
import { type Answer, type SendOptions, type ServedApp, serveApp } from './served-app.ts'

/** The scopes of an app that changes users, groups and apps. */
const changingScopes = [
  ...['okta.users.manage', 'okta.groups.manage', 'okta.apps.manage'],
  ...['okta.users.read', 'okta.groups.read', 'okta.apps.read'],
]

/** Access keys of everybody who takes part in a change. */
export const rules = {
  /** Runs whatever there is. */
  runner: [{ connections: ['acme'], verbs: ['act'] }],
  /** Plans, and runs what others approved. */
  planner: [{ connections: ['acme'], verbs: ['act'], approval: 'required' }],
  /** Another of the same rules. */
  otherPlanner: [{ connections: ['acme'], verbs: ['act'], approval: 'required' }],
  approver: [{ connections: ['acme'], verbs: ['approve', 'act'] }],
  /** Approves what others ask for on another connection. */
  approverElsewhere: [{ connections: ['other'], verbs: ['approve', 'act'] }],
  reader: [{ connections: ['acme'], verbs: ['act'], actions: ['reads'] }],
  viewer: [{ connections: ['acme'], verbs: ['read'] }],
} as const satisfies Record<string, readonly AccessRule[]>

/** One of {@link rules}. */
export type Holder = keyof typeof rules

/** The API and the org behind it. */
export interface ActionDesk {
  readonly app: ServedApp<Holder>
  readonly org: RunningOrg
  /** Logins of users and names of groups that Okta did not make, none of them in a group yet. */
  names(): Promise<{ readonly users: readonly string[]; readonly groups: readonly string[] }>
  /** How many changes the org's ledger has from requests. */
  changes(): number
  run(action: string, body: object, as: Holder | 'local', more?: SendOptions): Promise<Answer>
  plan(body: object, as: Holder | 'local'): Promise<Answer>
  decide(id: unknown, verb: 'approve' | 'refuse', as: Holder | 'local'): Promise<Answer>
}

/** Opens it over a store, until the test ends. */
export async function openActionDesk(
  kept: Pick<TestStore, 'store'> & { readonly seal: Seal },
  options: StartOptions = {},
): Promise<ActionDesk> {
  const org = await startOrg({
    ...{ keyType: 'EC', users: 5, groups: 3, edition: 'unlimited', role: 'SUPER_ADMIN' },
    scopes: changingScopes,
    ...options,
  })
  onTestFinished(org.close)
  const { store, seal } = kept
  const app = await serveApp({ store, services: { seal }, keys: rules })
  const { connections } = app.services
  for (const { name } of await connections.list()) await connections.remove(name, by)
  for (const name of ['acme', 'other']) {
    await connections.connect({ name, values: valuesOfApp(org), force: true }, by)
  }
  const keyOf = (holder: Holder | 'local') => (holder === 'local' ? {} : { key: app.keys[holder] })
  const changes = () =>
    org.org.ledger.read().filter((entry) => entry.kind === 'change' && entry.requestId).length
  return {
    app,
    org,
    names: () => namesIn(org),
    changes,
    run: (action, body, as, more) =>
      app.send('POST', `/v1/connections/acme/actions/${action}`, { body, ...keyOf(as), ...more }),
    plan: (body, as) => app.send('POST', '/v1/connections/acme/plans', { body, ...keyOf(as) }),
    decide: (id, verb, as) => app.send('POST', `/v1/plans/${id}/${verb}`, keyOf(as)),
  }
}
