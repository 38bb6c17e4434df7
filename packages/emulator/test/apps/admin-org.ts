/** @module An org whose apps and roles are tested over HTTP, as its Super Admin or as the owner of any other role. */

import { TestClock } from '../../../../test/test-clock.ts'
import { type RunningOrg, type StartOptions, startOrg } from '../../src/index.ts'
import type { JsonObject } from '../../src/json.ts'
import type { RoleAssignment, StandardRole } from '../../src/state/role.ts'
import type { User } from '../../src/state/user.ts'
import { putPerson, tokenWithRole } from '../people.ts'

/** An answer, read. */
export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads from an answer is what it is about.
  readonly body: any
  readonly headers: Headers
}

/** An org under test. */
export interface AdminOrg {
  readonly running: RunningOrg
  readonly clock: TestClock
  /** Calls as the Super Admin, or with the API token or whole Authorization header given last. */
  call(method: string, path: string, body?: unknown, authorization?: string): Promise<Answer>
}

/** Starts an org without limits. Close it by `running.close()`. */
export async function openOrg(options: StartOptions = {}): Promise<AdminOrg> {
  const clock = new TestClock(new Date('2026-03-01T12:00:00.500Z'))
  const running = await startOrg({ clock, edition: 'unlimited', keyType: 'EC', ...options })
  const call: AdminOrg['call'] = async (method, path, body, authorization) => {
    const url = path.startsWith('http') ? path : `${running.url}${path}`
    const credential = authorization ?? running.adminToken
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: credential.includes(' ') ? credential : `SSWS ${credential}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      body: text === '' ? undefined : JSON.parse(text),
      headers: answer.headers,
    }
  }
  return { running, clock, call }
}

/** Puts a user into the state of an org, as if always there. */
export function addUser({ running: { org } }: AdminOrg, more: Partial<User> = {}): User {
  return putPerson(org, `person-${org.users.size}@example.com`, more)
}

/** Puts a group with members into the state of an org. */
export function addGroup({ running: { org } }: AdminOrg, members: readonly User[] = []): string {
  const id = org.ids.next('group')
  const nowMs = org.time.secondMs()
  org.groups.putSettled({
    id,
    type: 'OKTA_GROUP',
    objectClass: ['okta:user_group'],
    createdMs: nowMs,
    lastUpdatedMs: nowMs,
    lastMembershipUpdatedMs: nowMs,
    profile: { name: `Group ${org.groups.size}`, description: null },
  })
  for (const user of members) org.members.add(id, user.id)
  return id
}

/** An API token whose owner has one role (or none), narrowed where targets are named. */
export function tokenOf(
  { running: { org } }: AdminOrg,
  type: StandardRole | undefined,
  targets: Partial<Pick<RoleAssignment, 'groupTargets' | 'appTargets'>> = {},
): string {
  return tokenWithRole(org, type, targets)
}

/** The body that creates a service app with these keys. */
export function serviceApp(
  keys: readonly JsonObject[],
  client: JsonObject = {},
  credentials: JsonObject = {},
) {
  return {
    name: 'oidc_client',
    label: 'Postern',
    signOnMode: 'OPENID_CONNECT',
    credentials: {
      oauthClient: { token_endpoint_auth_method: 'private_key_jwt', ...credentials },
    },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        ...(keys.length > 0 && { jwks: { keys } }),
        ...client,
      },
    },
  }
}

/** The body that creates a bookmark. */
export function bookmark(label = 'Handbook') {
  return {
    name: 'bookmark',
    label,
    signOnMode: 'BOOKMARK',
    settings: { app: { requestIntegration: false, url: 'https://example.com/handbook' } },
  }
}

/** Creates an app and gives its id. */
export async function create({ call }: AdminOrg, body: unknown): Promise<string> {
  const { body: app } = await call('POST', '/api/v1/apps', body)
  return app.id
}

/** What a place of the ledger and everything behind it says: `op what` of changes, types of events. */
export function traceFrom({ running: { org } }: AdminOrg, seq: number): readonly string[] {
  org.log.catchUp()
  return org.ledger
    .read(seq)
    .map((entry) => (entry.kind === 'event' ? entry.eventType : `${entry.op} ${entry.what}`))
}

/** The one cause of an error. */
export function causeOf({ body }: Answer): string | undefined {
  return body?.errorCauses?.[0]?.errorSummary
}
