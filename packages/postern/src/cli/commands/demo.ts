/** @module `postern demo`: a Postern at work on an emulated org, from the key to the console, until it is told to stop. */

import { PosternError } from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import type { GlobalOptions } from '../global-options.ts'
import { endInOrder } from '../interruption.ts'
import { openApi } from '../open-api.ts'
import { hasFlag, liftoffFlag, relaunchWith } from '../relaunch.ts'
import { demoFolderOf, OrgFile } from './demo/demo-folder.ts'
import { startDemoOrg } from './demo/emulated-org.ts'
import { readReplay } from './demo/replay/told-replay.ts'
import { tellNobody, tellPeople } from './demo/told.ts'
import { type Shown, show } from './demo/walk.ts'
import { start } from './start.ts'
import type { Host } from './start-host.ts'
import { requireNoServer } from './start-refusals.ts'

/** The flags of `demo`, as they were typed. */
export interface DemoFlags {
  readonly users?: string
  readonly port?: string
  readonly replay?: string
  readonly exit?: true
}

const MAX_USERS = 100_000

/** Runs the demo until the signal, or with `--exit` until everything is done. */
export async function demo(
  flags: DemoFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const users = parseUsers(flags)
  requireNoDatabase(options)
  if (!hasFlag(liftoffFlag)) return relaunchWith(liftoffFlag)
  process.umask(0o077)
  const folder = demoFolderOf(options.data, flags.replay === undefined ? 'demo' : 'replay')
  const file = await OrgFile.open(folder)
  await requireNoServer(folder)
  endInOrder(signal)
  const told = options.output === 'table' ? tellPeople() : tellNobody
  const read = flags.replay === undefined ? undefined : await readReplay(flags.replay, told)
  const org = await startDemoOrg(file, { users, records: read?.records })
  const here = { ...options, data: folder }
  const host: Host = {
    onRunning: async (running) => {
      await using api = await openApi(here, signal)
      const shown = await show({ api, org, folder, told, running, signal })
      if (options.output !== 'table') print(shown)
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

// On one line: the output does not end while the demo runs, and a program knows by the line break that it has it all.
function print(shown: Shown): void {
  process.stdout.write(`${JSON.stringify(shown)}\n`)
}

function parseUsers({ users: text, replay }: DemoFlags): number | undefined {
  if (text === undefined) return undefined
  if (replay !== undefined) {
    throw new UsageError('usage_invalid', '--users and --replay are given together.', {
      remedy: 'Give one of them: an org that is replayed has the users that were recorded.',
      details: { flag: '--users' },
    })
  }
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
