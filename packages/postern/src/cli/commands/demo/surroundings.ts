/** @module What a demo tells before it begins and when it is done: what is real and what emulated, where it is, what to try. */

import { join } from 'node:path'
import { formatCount, formatCountOf } from '../../count.ts'
import { showPlain } from '../../output.ts'
import type { RunningHere } from '../start-host.ts'
import type { DemoOrg } from './emulated-org.ts'
import { type Membership, wordsOf } from './membership.ts'
import { quote } from './quote.ts'
import type { Told } from './told.ts'

/** A demo that runs. */
export interface Surroundings {
  readonly org: DemoOrg
  readonly folder: string
  readonly told: Told
  readonly running: RunningHere
}

/** Tells what is real and what is emulated, and where both are. */
export function tellPlace({ org, folder, told, running }: Surroundings): void {
  const { running: emulated, records, eventsPerSecond, isResumed } = org
  const { users, groups, apps, log } = emulated.org
  const size = [
    formatCountOf(users.size, 'users'),
    formatCountOf(groups.size, 'groups'),
    formatCountOf(apps.size, 'apps'),
    `${formatCountOf(log.size, 'events')} so far`,
  ]
  const more =
    records === undefined
      ? `, a new one every ${formatCount(1 / eventsPerSecond)} s`
      : `; ${formatCountOf(records.size, 'records')} of it recorded`
  told.step(isResumed ? 'Postern demo, going on where it was' : 'Postern demo')
  told.line(`Emulated  the Okta org: ${emulated.url}`)
  told.line(`          ${size.join(', ')}${more}`)
  told.line(
    'Real      the rest: keys, tokens, DPoP, HTTP, rate limits, feeds, files, database, console',
  )
  told.line(`Postern   ${running.url}`)
  told.line(`Folder    ${showPlain(folder)}`)
}

/** What can be tried when a demo is done. */
export interface Next {
  readonly consoleUrl: string
  /** The change that was made, where the org has what it takes. */
  readonly membership: Membership | undefined
  readonly reader: string
  readonly writer: string
  readonly clientId: string
}

/** Tells how to get into the console, what to try from another terminal, and how to stop. */
export function tellNext({ org, folder, told }: Surroundings, next: Next): void {
  const { reader, writer, clientId, membership } = next
  const { control } = org.running
  told.step('The console, for one browser on this machine, within ten minutes')
  told.line(next.consoleUrl)
  told.step('Try it from another terminal')
  for (const line of [
    ...commandLines(),
    `export POSTERN_DATA=${quote(folder)}`,
    `postern doctor ${reader}`,
    `postern read ${reader} users --limit 3`,
    'postern feed show log',
    `tail -f ${quote(join(folder, 'records/log'))}/*.jsonl`,
    ...(membership === undefined
      ? []
      : [`postern action run ${writer} group.remove_member ${wordsOf(membership)} --dry-run`]),
  ])
    told.line(line)
  told.step('Break it as an administrator would, and ask the doctor again; -X DELETE mends it')
  told.line(`curl -X PUT ${control}/faults/admin-role-missing \\`)
  told.line(`  -H 'content-type: application/json' -d '{"client":"${clientId}"}'`)
  told.step('To stop it: Ctrl-C')
  told.line('The folder stays, and the next demo goes on with it. For a new one, delete it.')
}

/** What makes `postern` a command in a shell: in a checkout, the script of npm that runs it on the pinned Node. */
function commandLines(): readonly string[] {
  const main = process.argv[1] ?? ''
  if (!main.endsWith('.ts')) return []
  const checkout = main.slice(0, main.lastIndexOf('/packages/'))
  return [`alias postern='npm --prefix ${quote(checkout)} run -s postern --'`]
}
