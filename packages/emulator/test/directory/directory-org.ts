/** @module An org whose directory is tested over HTTP as its first Super Admin, on a clock that the test moves. */

import { TestClock } from '../../../../test/test-clock.ts'
import { formatTime } from '../../src/clock.ts'
import { type RunningOrg, type StartOptions, startOrg } from '../../src/index.ts'
import type { StandardRole } from '../../src/state/role.ts'
import type { User, UserStatus } from '../../src/state/user.ts'
import { putPerson, tokenWithRole } from '../people.ts'

/** An answer, read. */
export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads from an answer is what it is about.
  readonly body: any
  readonly headers: Headers
  /** The targets of the Link header by relation. */
  readonly links: Readonly<Record<string, string>>
}

/** What a request has beside its method and path. */
export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The value of another API token. */
  readonly token?: string
}

/** An org under test. */
export interface DirectoryOrg {
  readonly running: RunningOrg
  readonly clock: TestClock
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** Follows `next` from a path on, and gives the items of every page. */
  walk(path: string): Promise<readonly Answer[]>
}

/** Noon of a day. */
const noon = new Date('2026-03-01T12:00:00.500Z')

/** Starts an org without limits. Close it by `running.close()`. */
export async function openDirectory(options: StartOptions = {}): Promise<DirectoryOrg> {
  const clock = new TestClock(noon)
  const running = await startOrg({ clock, edition: 'unlimited', ...options })
  const call = async (method: string, path: string, request: CallOptions = {}): Promise<Answer> => {
    const url = path.startsWith('http') ? path : `${running.url}${path}`
    const { body, headers, token = running.adminToken } = request
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `SSWS ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      body: text === '' ? undefined : JSON.parse(text),
      headers: answer.headers,
      links: readLinks(answer.headers.get('link') ?? ''),
    }
  }
  const walk = async (path: string) => {
    const pages: Answer[] = []
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: Answer = await call('GET', next)
      pages.push(page)
      next = page.links['next']
    }
    return pages
  }
  return { running, clock, call, walk }
}

/** Puts a user straight into the state of an org, as if always there. */
export function putUser(
  { running: { org } }: DirectoryOrg,
  login: string,
  more: Partial<User> & { readonly status?: UserStatus } = {},
): User {
  return putPerson(org, login, more)
}

/** An API token whose owner has one role, for some groups where they are named. */
export function tokenOf(
  { running: { org } }: DirectoryOrg,
  type: StandardRole,
  groupTargets: readonly string[] = [],
): string {
  return tokenWithRole(org, type, { groupTargets })
}

/** The body that creates a user. */
export function newUser(login: string, profile: Readonly<Record<string, unknown>> = {}) {
  return { profile: { firstName: 'New', lastName: 'Person', login, email: login, ...profile } }
}

/** The event types that the ledger has from a place on. */
export function eventsFrom({ running: { org } }: DirectoryOrg, seq: number): readonly string[] {
  return org.ledger.read(seq).flatMap((entry) => (entry.kind === 'event' ? [entry.eventType] : []))
}

/** The changes that the ledger has from a place on, as `op what`. */
export function changesFrom({ running: { org } }: DirectoryOrg, seq: number): readonly string[] {
  return org.ledger
    .read(seq)
    .flatMap((entry) => (entry.kind === 'change' ? [`${entry.op} ${entry.what}`] : []))
}

/** The time of an org, as it prints it. */
export function printNow({ running: { org } }: DirectoryOrg): string {
  return formatTime(org.time.secondMs())
}

function readLinks(header: string): Record<string, string> {
  const links = [...header.matchAll(/<([^>]*)>; rel="(\w+)"/g)]
  return Object.fromEntries(links.map(([, target = '', relation = '']) => [relation, target]))
}
