/** @module What a demo does with its org, step by step: as a person would, through Postern's own API. */

import { join } from 'node:path'
import type { RunningOrg } from '@postern/emulator'
import type { ConnectionView } from '../../../connections/view.ts'
import type { ApiClient } from '../../api-client.ts'
import { addFeeds, runFeeds } from './feeds.ts'
import { addMember, type Membership, wordsOf } from './membership.ts'
import { compareAtSinks, type ReplayOutcome } from './replay/told-replay.ts'
import { examine, setUp } from './setups.ts'
import { type Surroundings, tellNext, tellPlace } from './surroundings.ts'

/** A demo at work. */
export interface Walk extends Surroundings {
  readonly api: ApiClient
  readonly signal: AbortSignal
}

/** What it came to, for programs. */
export interface Shown {
  readonly url: string
  readonly consoleUrl: string
  readonly orgUrl: string
  /** The control API of the emulated org. */
  readonly control: string
  readonly folder: string
  /** The folder of the JSON lines. */
  readonly records: string
  readonly isResumed: boolean
  /** That the doctor found. */
  readonly problems: number
  readonly passedOn: Readonly<Record<string, number>>
  readonly replayed?: ReplayOutcome
}

const READER = 'acme'
const WRITER = 'desk'
const RETENTION_DAYS = 90
// As long as the sink can: recorded events may be of any age.
const REPLAY_RETENTION_DAYS = 3_650

/** Sets up, looks, feeds, compares, changes; tells each step. */
export async function show(walk: Walk): Promise<Shown> {
  const { api, org, folder, told, running, signal } = walk
  const { url: orgUrl, adminToken, control } = org.running
  const records = join(folder, 'records')
  tellPlace(walk)
  told.step('A service app to read with: key, app, grants, role, proven', setupOf(READER, orgUrl))
  const reader = { name: READER, orgUrl, bundle: 'read-only', description: 'Feeds' } as const
  await setUp(api, reader, adminToken, told)
  told.step('Is all well?', `doctor ${READER}`)
  const problems = await examine(api, READER, told)
  told.step('Six feeds into JSON lines and the embedded database', 'feed run NAME')
  const retentionDays = org.records === undefined ? RETENTION_DAYS : REPLAY_RETENTION_DAYS
  const everyMinutes = { log: 1, objects: 5 }
  const wanted = { connection: READER, prefix: '', path: records, retentionDays, everyMinutes }
  await addFeeds(api, wanted)
  const passedOn = await runFeeds(api, wanted, told, signal)
  const replayed = await compareAtSinks(walk, { connection: READER, records })
  const membership = membershipOf(org.running, org.records === undefined)
  if (membership !== undefined) await change(walk, membership)
  const consoleUrl = running.consoleLink()
  const { clientId = '' } = await api.call<ConnectionView>('GET', `/v1/connections/${READER}`)
  tellNext(walk, { consoleUrl, membership, reader: READER, writer: WRITER, clientId })
  const places = { url: running.url, consoleUrl, orgUrl, control, folder, records }
  const outcome = { isResumed: org.isResumed, problems, passedOn }
  return { ...places, ...outcome, ...(replayed && { replayed }) }
}

async function change({ api, org, told }: Walk, membership: Membership): Promise<void> {
  const { url: orgUrl, adminToken } = org.running
  told.step(
    'A second app that may change groups and apps, and nothing else',
    setupOf(WRITER, orgUrl, ' --bundle access-management'),
  )
  const writer = { name: WRITER, orgUrl, bundle: 'access-management', description: 'Desk' } as const
  await setUp(api, writer, adminToken, told)
  told.step(
    'A user into a group: first what would change, then the change',
    `action run ${WRITER} group.add_member ${wordsOf(membership)}`,
  )
  await addMember(api, WRITER, membership, told)
}

function setupOf(name: string, orgUrl: string, more = ''): string {
  return `setup ${name} --org ${orgUrl}${more} --admin-token env:OKTA_ADMIN_TOKEN`
}

/** A user and a group that the user is not in; by name as a person would, where names are sure to be unique. */
function membershipOf({ org }: RunningOrg, byName: boolean): Membership | undefined {
  const ruled = new Set([...org.rules].flatMap(({ groupIds }) => groupIds))
  const group = [...org.groups].find(({ type, id }) => type === 'OKTA_GROUP' && !ruled.has(id))
  if (group === undefined) return undefined
  const user = [...org.users].find(
    ({ status, id }) => status === 'ACTIVE' && !org.members.has(group.id, id),
  )
  if (user === undefined) return undefined
  if (!byName) return { group: group.id, user: user.id }
  return { group: String(group.profile['name']), user: String(user.profile['login']) }
}
