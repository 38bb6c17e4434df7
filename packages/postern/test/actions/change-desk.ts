/** @module The API in front of an org whose door is watched, and somebody who asks it for changes. */

import { type RunningOrg, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { by, valuesOfApp } from '../connections/kept.ts'
import { rules } from '../server/action-desk.ts'
import { type Answer, type ServedApp, serveApp } from '../server/served-app.ts'
import type { Asker, AskOptions, Heard } from './change-judge.ts'
import { type Change, declared } from './change-kinds.ts'
import { Gate } from './gate.ts'

/** The scopes of an app that makes the changes. */
export const changingScopes = [
  ...['okta.users.manage', 'okta.groups.manage'],
  ...['okta.users.read', 'okta.groups.read'],
]

/** What an API answered, as its caller understands it. */
export function heardOf({ status, json }: Pick<Answer, 'status' | 'json'>): Heard {
  if (status === 200) return { kind: 'done' }
  const code = String(json?.['code'])
  return code === 'action_outcome_unknown' ? { kind: 'unknown' } : { kind: 'refused', code }
}

/** How many runs of changes have a row of their beginning, and how many of those none of their end. */
export async function countRuns({ db }: Store): Promise<{ begun: number; open: number }> {
  const rows = await db
    .selectFrom('audit')
    .select(['request_id', 'outcome'])
    .where('action', '=', 'action.run')
    .execute()
  const begun = rows.filter(({ outcome }) => outcome === 'begun')
  const ended = new Set(rows.flatMap((row) => (row.outcome === 'begun' ? [] : [row.request_id])))
  return {
    begun: begun.length,
    open: begun.filter(({ request_id }) => !ended.has(request_id)).length,
  }
}

/** The API, its org and the org's door. */
export interface ChangeDesk extends Asker {
  readonly app: ServedApp<keyof typeof rules>
  readonly running: RunningOrg
  readonly gate: Gate
  /** Plans a change, and has it approved. @returns the code. */
  plan(change: Change): Promise<string>
  /** The next one to ask is cut off when this aborts. */
  cutBy(signal: AbortSignal | undefined): void
}

/** Opens it over a store, until the test ends. Its clock and the org's are one, and nobody waits. */
export async function openChangeDesk(
  kept: Pick<TestStore, 'store'> & { readonly seal: Seal },
): Promise<ChangeDesk> {
  const { store, seal } = kept
  const app = await serveApp({ store, services: { seal }, keys: rules })
  const running = await startOrg({
    ...{ keyType: 'EC', users: 1, edition: 'unlimited', role: 'SUPER_ADMIN', clock: app.clock },
    scopes: changingScopes,
  })
  onTestFinished(running.close)
  const { connections, knownActions } = app.services
  await connections.connect({ name: 'acme', values: valuesOfApp(running), force: true }, by)
  await knownActions.declare(declared.name, { declaration: declared.declaration }, by)
  let cut: AbortSignal | undefined
  const post = async (path: string, body: object, key: string, headers: object = {}) => {
    const response = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...headers,
      },
      body: JSON.stringify(body),
      ...(cut === undefined ? {} : { signal: cut }),
    })
    const text = await response.text()
    return { status: response.status, text, json: JSON.parse(text) as Record<string, unknown> }
  }
  const { runner, planner, approver } = app.keys
  const ask = async ({ action, given }: Change, { key, plan }: AskOptions): Promise<Heard> => {
    const body = plan === undefined ? { arguments: given } : { plan }
    const headers = key === undefined ? {} : { 'idempotency-key': key }
    const as = plan === undefined ? runner : planner
    try {
      for (;;) {
        const answer = await post(`/v1/connections/acme/actions/${action}`, body, as, headers)
        // Who went away left a run behind, which ends in a moment.
        if (answer.json['code'] !== 'idempotency_key_in_use') return heardOf(answer)
      }
    } catch {
      return { kind: 'nothing' }
    }
  }
  return {
    ...{ app, running, gate: new Gate(running), ask },
    cutBy: (signal) => {
      cut = signal
    },
    look: async (path) => {
      const body = { arguments: { path } }
      return (await post('/v1/connections/acme/actions/request', body, runner)).text
    },
    plan: async ({ action, given }) => {
      const asked = { action, arguments: given }
      const { json } = await post('/v1/connections/acme/plans', asked, planner)
      const { status } = await post(`/v1/plans/${json['id']}/approve`, {}, approver)
      if (status !== 200) throw new Error(`Not approved: ${JSON.stringify(json)}`)
      return String(json['code'])
    },
  }
}
