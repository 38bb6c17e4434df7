/** @module `postern demo`: a Postern at work on an emulated org, from the key to the console, until it is told to stop. */

import { join } from 'node:path'
import { PosternError } from '@postern/core'
import type { RunningOrg } from '@postern/emulator'
import { UsageError } from '../../config/usage-error.ts'
import type { ConnectionView } from '../../connections/view.ts'
import type { ApiClient } from '../api-client.ts'
import type { GlobalOptions } from '../global-options.ts'
import { endInOrder } from '../interruption.ts'
import { openApi } from '../open-api.ts'
import { hasFlag, liftoffFlag, relaunchWith } from '../relaunch.ts'
import { demoFolderOf, OrgFile } from './demo/demo-folder.ts'
import { type DemoOrg, startDemoOrg } from './demo/emulated-org.ts'
import { addFeeds, runFeeds } from './demo/feeds.ts'
import { addMember, type Membership, wordsOf } from './demo/membership.ts'
import { examine, setUp } from './demo/setups.ts'
import { tellNext, tellPlace } from './demo/surroundings.ts'
import { type Told, tellNobody, tellPeople } from './demo/told.ts'
import { type Host, type RunningHere, start } from './start.ts'
import { requireNoServer } from './start-refusals.ts'

/** The flags of `demo`, as they were typed. */
export interface DemoFlags {
  readonly users?: string
  readonly port?: string
  readonly replay?: string
  readonly exit?: true
}

const MAX_USERS = 100_000
const RETENTION_DAYS = 90
const READER = 'acme'
const WRITER = 'desk'

/** Runs the demo until the signal, or with `--exit` until everything is done. */
export async function demo(
  flags: DemoFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const users = parseUsers(flags.users)
  requireNoDatabase(options)
  if (!hasFlag(liftoffFlag)) return relaunchWith(liftoffFlag)
  process.umask(0o077)
  const folder = demoFolderOf(options.data)
  const file = await OrgFile.open(folder)
  await requireNoServer(folder)
  endInOrder(signal)
  const org = await startDemoOrg(file, users)
  const told = options.output === 'table' ? tellPeople() : tellNobody
  const here = { ...options, data: folder }
  const host: Host = {
    onRunning: async (running) => {
      await using api = await openApi(here, signal)
      await show({ api, org, folder, told, running, signal }, options)
      return flags.exit !== true
    },
  }
  try {
    await serve(flags.port, here, signal, host)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await org.running.close()
  }
}

/** Runs the server; where no port was asked for and another program has the usual one, on any free one. */
async function serve(
  port: string | undefined,
  options: GlobalOptions,
  signal: AbortSignal,
  host: Host,
): Promise<void> {
  try {
    await start({ dev: true, ...(port === undefined ? {} : { port }) }, options, signal, host)
  } catch (error) {
    const isTaken = error instanceof PosternError && error.code === 'server_address_in_use'
    if (port !== undefined || !isTaken) throw error
    await start({ dev: true, port: '0' }, options, signal, host)
  }
}

interface Work {
  readonly api: ApiClient
  readonly org: DemoOrg
  readonly folder: string
  readonly told: Told
  readonly running: RunningHere
  readonly signal: AbortSignal
}

async function show(work: Work, { output }: GlobalOptions): Promise<void> {
  const { api, org, folder, told, running, signal } = work
  const { url: orgUrl, adminToken } = org.running
  const records = join(folder, 'records')
  tellPlace(work)
  const setup = (name: string, bundle: string) =>
    `setup ${name} --org ${orgUrl} --bundle ${bundle} --admin-token env:OKTA_ADMIN_TOKEN`
  told.step(
    '1. A service app to read with: key, app, grants, role, proven',
    setup(READER, 'read-only'),
  )
  const reader = { name: READER, orgUrl, bundle: 'read-only', description: 'Feeds' } as const
  await setUp(api, reader, adminToken, told)
  told.step('2. Is all well?', `doctor ${READER}`)
  const problems = await examine(api, READER, told)
  told.step('3. Six feeds into JSON lines and the embedded database', 'feed run NAME')
  await addFeeds(api, READER, { path: records, retentionDays: RETENTION_DAYS })
  const passedOn = await runFeeds(api, told, signal)
  const membership = membershipOf(org.running)
  told.step(
    '4. A second app that may change groups and apps, and nothing else',
    setup(WRITER, 'access-management'),
  )
  const writer = { name: WRITER, orgUrl, bundle: 'access-management', description: 'Desk' } as const
  await setUp(api, writer, adminToken, told)
  const words = `${WRITER} group.add_member ${wordsOf(membership)}`
  told.step(
    '5. A user into a group: first what would change, then the change',
    `action run ${words}`,
  )
  await addMember(api, WRITER, membership, told)
  const consoleUrl = running.consoleLink()
  const { clientId } = await api.call<ConnectionView>('GET', `/v1/connections/${READER}`)
  const names = { reader: READER, writer: WRITER, clientId: clientId ?? '' }
  tellNext(work, { consoleUrl, membership, ...names })
  if (output === 'table') return
  const data = {
    url: running.url,
    consoleUrl,
    orgUrl,
    control: org.running.control,
    folder,
    records,
  }
  process.stdout.write(
    `${JSON.stringify({ ...data, isResumed: org.isResumed, problems, passedOn })}\n`,
  )
}

/** A user and a group that the user is not in, by the names that a person would use. */
function membershipOf({ org }: RunningOrg): Membership {
  const group = [...org.groups].find(({ type, id }) => type === 'OKTA_GROUP' && !isRuled(org, id))
  const user = [...org.users].find(
    ({ status, id }) =>
      status === 'ACTIVE' && group !== undefined && !org.members.has(group.id, id),
  )
  return {
    group: String(group?.profile['name'] ?? 'Everyone'),
    user: String(user?.profile['login'] ?? ''),
  }
}

function isRuled({ rules }: RunningOrg['org'], groupId: string): boolean {
  return [...rules].some(({ groupIds }) => groupIds.includes(groupId))
}

function parseUsers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const users = Number(text)
  if (/^\d{1,6}$/.test(text) && users >= 20 && users <= MAX_USERS) return users
  throw new UsageError('usage_invalid', `--users is no whole number from 20 to ${MAX_USERS}.`, {
    remedy: 'Give --users such a number, in digits.',
    details: { flag: '--users' },
  })
}

function requireNoDatabase({ database }: GlobalOptions): void {
  if (database === undefined && !process.env['POSTERN_DATABASE']) return
  throw new UsageError('usage_invalid', 'A demo has a database of its own.', {
    remedy: 'Leave --database and POSTERN_DATABASE out; postern start takes them.',
    details: { flag: '--database' },
  })
}
