/** @module The org of a demo: emulated, of a realistic size, with a past and events that go on; kept, so that it can go on. */

import {
  type KeptOrg,
  type OrgCall,
  parseKeptOrg,
  type RunningOrg,
  startOrg,
} from '@postern/emulator'
import { DemoFolderError, type OrgFile } from './demo-folder.ts'

/** The org of a demo. */
export interface DemoOrg {
  readonly running: RunningOrg
  readonly users: number
  /** Whether it was there before. */
  readonly isResumed: boolean
}

interface KeptDemo {
  readonly port: number
  readonly users: number
  readonly org: KeptOrg
}

/** How many users a demo has where nobody says. */
const DEFAULT_USERS = 2_000

/** Events of the past for each user, and of how many days. */
const HISTORY_PER_USER = 5
const HISTORY_DAYS = 7
/** For each user and day, as in an org at work: with 2,000 users, one every two seconds. */
const DAILY_PER_USER = 22
const DAY_SECONDS = 86_400

/** How many events a second happen in an org of so many users. */
export function eventsPerSecond(users: number): number {
  return Math.max(0.1, (users * DAILY_PER_USER) / DAY_SECONDS)
}

/**
 * Starts the org of a folder: the one that is kept there, else a new one.
 *
 * @param users - undefined: as many as it has, or the default.
 * @throws {DemoFolderError} `demo_other_org` where the kept one has another number, `demo_folder_damaged`
 */
export async function startDemoOrg(file: OrgFile, users: number | undefined): Promise<DemoOrg> {
  const kept = readKept(file)
  if (kept !== undefined && users !== undefined && users !== kept.users) throw otherOrg(kept, users)
  const count = kept?.users ?? users ?? DEFAULT_USERS
  let keep: (call: OrgCall) => void = () => undefined
  const running = await startOrg({
    users: count,
    // Two requests for each app and a minute's limit of 45: more of them, and the first read of assignments would wait.
    apps: 10,
    keyType: 'EC',
    // Of all plans the one with the greatest limit for the log.
    edition: 'workforce',
    port: kept?.port ?? 0,
    history: { events: count * HISTORY_PER_USER, days: HISTORY_DAYS },
    traffic: { perSecond: eventsPerSecond(count) },
    kept: kept?.org ?? 'new',
    onCall: (call) => keep(call),
  })
  const port = Number(new URL(running.url).port)
  const write = () => file.write({ port, users: count, org: running.keep() } satisfies KeptDemo)
  let journaled = running.org.log.journal.length
  keep = ({ method }) => {
    const { length } = running.org.log.journal
    if (method === 'GET' && length === journaled) return
    journaled = length
    write()
  }
  write()
  return { running, users: count, isResumed: kept !== undefined }
}

function readKept(file: OrgFile): KeptDemo | undefined {
  const value = file.read()
  if (value === undefined) return undefined
  const { port, users, org } = Object(value) as Record<keyof KeptDemo, unknown>
  if (!Number.isInteger(port) || !Number.isInteger(users)) throw file.damaged()
  try {
    return { port: Number(port), users: Number(users), org: parseKeptOrg(org) }
  } catch (error) {
    throw file.damaged(error)
  }
}

function otherOrg(kept: KeptDemo, users: number): DemoFolderError {
  return new DemoFolderError(
    'demo_other_org',
    `The org of this folder has ${kept.users} users, and not ${users}.`,
    { remedy: 'Leave --users out, name another folder with --data, or delete this one.' },
  )
}
