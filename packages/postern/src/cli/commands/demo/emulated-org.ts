/** @module The org of a demo: emulated, of a realistic size or filled with recorded data; kept, so that it can go on. */

import {
  type KeptOrg,
  type OrgCall,
  type OrgRecord,
  type OrgStartOptions,
  parseKeptOrg,
  type RunningOrg,
  type StartOptions,
  startOrg,
} from '@postern/emulator'
import { DemoFolderError, type OrgFile } from './demo-folder.ts'

/** The org of a demo. */
export interface DemoOrg {
  readonly running: RunningOrg
  /** What it was filled with, where that was recorded; else it was made up. */
  readonly records: ReadonlyMap<string, OrgRecord> | undefined
  /** How many events come in a second. */
  readonly eventsPerSecond: number
  /** Whether it was there before. */
  readonly isResumed: boolean
}

/** What an org is made of. */
export interface DemoContent {
  /** Undefined: as many as the org of the folder has, or the default. */
  readonly users: number | undefined
  readonly records: ReadonlyMap<string, OrgRecord> | undefined
}

interface KeptDemo {
  readonly port: number
  readonly users: number
  /** Whether it was filled with records; they are in a file beside this one. */
  readonly isReplay: boolean
  readonly org: KeptOrg
}

const DEFAULT_USERS = 2_000
// Two requests for each app and a minute's limit of 45: with more of them the first read of assignments would wait.
const APPS = 10
const HISTORY_PER_USER = 5
const HISTORY_DAYS = 7
// As in an org at work: with 2,000 users one event every two seconds.
const DAILY_EVENTS_PER_USER = 22
const DAY_SECONDS = 86_400
// Recorded events may be of any age.
const REPLAY_LOG_DAYS = 36_500

/**
 * Starts the org of a folder: the one that is kept there, else a new one.
 *
 * @throws {DemoFolderError} `demo_other_org` where the kept one is made of something else, `demo_folder_damaged`
 */
export async function startDemoOrg(file: OrgFile, content: DemoContent): Promise<DemoOrg> {
  const kept = readKept(file)
  if (kept !== undefined) requireSame(file, kept, content)
  const records = content.records ?? (kept?.isReplay ? file.readRecords() : undefined)
  if (kept === undefined && records !== undefined) file.writeRecords(records)
  const users = kept?.users ?? content.users ?? DEFAULT_USERS
  const eventsPerSecond = Math.max(0.1, (users * DAILY_EVENTS_PER_USER) / DAY_SECONDS)
  let keep: (call: OrgCall) => void = () => undefined
  const running = await start({
    ...(records === undefined ? madeUp(users, eventsPerSecond) : recorded(records)),
    keyType: 'EC',
    // Of all plans the one with the greatest limit for the log.
    edition: 'workforce',
    port: kept?.port ?? 0,
    kept: kept?.org ?? 'new',
    onCall: (call) => keep(call),
  })
  const port = Number(new URL(running.url).port)
  const isReplay = records !== undefined
  const write = () => file.write({ port, users, isReplay, org: running.keep() } satisfies KeptDemo)
  let journaled = running.org.log.journal.length
  keep = ({ method }) => {
    const { length } = running.org.log.journal
    if (method === 'GET' && length === journaled) return
    journaled = length
    write()
  }
  write()
  return {
    running,
    records,
    eventsPerSecond: isReplay ? 0 : eventsPerSecond,
    isResumed: kept !== undefined,
  }
}

/** Whether the org still shows a record as it was: somebody may have changed what it is of. */
export function isUnchanged({ org }: RunningOrg, { kind, id, parentId = '' }: OrgRecord): boolean {
  switch (kind) {
    case 'user':
      return org.recorded.of(org.users.get(id)) !== undefined
    case 'group':
      return org.recorded.of(org.groups.get(id)) !== undefined
    case 'app':
      return org.recorded.of(org.apps.get(id)) !== undefined
    case 'group-member':
      return org.members.has(parentId, id) && org.recorded.hasMember(parentId, org.users.get(id))
    case 'app-user':
      return org.recorded.of(org.appUsers.get(parentId)?.get(id)) !== undefined
    case 'app-group':
      return org.recorded.of(org.appGroups.get(parentId)?.get(id)) !== undefined
    case 'event':
      return true
  }
}

/** The org on its port. A connection names it, so it can have no other one than before. */
async function start(options: StartOptions): Promise<RunningOrg> {
  try {
    return await startOrg(options)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken) throw error
    throw new DemoFolderError(
      'demo_port_taken',
      `Another program has port ${options.port}, which is the address of this demo's org.`,
      { remedy: 'Stop that program, or name another folder with --data.', cause: error },
    )
  }
}

function madeUp(users: number, perSecond: number): OrgStartOptions {
  const history = { events: users * HISTORY_PER_USER, days: HISTORY_DAYS }
  return { users, apps: APPS, history, traffic: { perSecond } }
}

function recorded(records: ReadonlyMap<string, OrgRecord>): OrgStartOptions {
  return { users: 1, records: [...records.values()], logDays: REPLAY_LOG_DAYS }
}

function readKept(file: OrgFile): KeptDemo | undefined {
  const value = file.read()
  if (value === undefined) return undefined
  const { port, users, isReplay, org } = Object(value) as Record<keyof KeptDemo, unknown>
  if (!Number.isInteger(port) || !Number.isInteger(users)) throw file.damaged()
  try {
    const numbers = { port: Number(port), users: Number(users) }
    return { ...numbers, isReplay: isReplay === true, org: parseKeptOrg(org) }
  } catch (error) {
    throw file.damaged(error)
  }
}

function requireSame(file: OrgFile, kept: KeptDemo, { users, records }: DemoContent): void {
  if (users !== undefined && (kept.isReplay || users !== kept.users)) {
    throw otherOrg(kept.isReplay ? 'is made of records' : `has ${kept.users} users`)
  }
  if (records === undefined) return
  if (!kept.isReplay) throw otherOrg('was made up')
  if (!file.hasRecords(records)) throw otherOrg('is made of other records')
}

function otherOrg(observed: string): DemoFolderError {
  return new DemoFolderError('demo_other_org', `The org of this folder ${observed}.`, {
    remedy: 'Name another folder with --data, or delete this one; without flags it goes on.',
  })
}
