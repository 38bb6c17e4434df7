/** @module `POSTERN_ORG=https://acme.okta.com postern start`: from a server that has nothing to that org being read. */

import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseOrgUrl } from '@postern/core'
import { dataDirectoryOf } from '../../config/data-directory.ts'
import type { ConnectSessionView } from '../../connections/connect-session-view.ts'
import type { ConnectionView } from '../../connections/view.ts'
import type { ApiClient } from '../api-client.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openApi } from '../open-api.ts'
import { showPlain } from '../output.ts'
import { addFeeds, runFeeds } from './demo/feeds.ts'
import { examine, setUp } from './demo/setups.ts'
import { type Told, tellPeople } from './demo/told.ts'
import type { Host, RunningHere } from './start-host.ts'

const LOOK_EVERY_MS = 1_000
const RETENTION_DAYS = 90
const EVERY_MINUTES = { log: 5, objects: 60 } as const

/** What is done with a server that was started for one org. @throws {OrgError} for a text that names none. */
export function hostOfOrg(
  text: string,
  options: GlobalOptions,
  { signal, dev }: { readonly signal: AbortSignal; readonly dev: boolean },
): Host {
  const { org } = parseOrgUrl(text, { dev })
  const folder = dataDirectoryOf({ flag: options.data, env: process.env, home: homedir() })
  const told = tellPeople()
  return {
    onRunning: async (running) => {
      await using api = await openApi(options, signal)
      try {
        tellPlace(org, folder, running, told)
        await begin({ api, org, folder, told, signal })
      } catch (error) {
        if (!signal.aborted) throw error
      }
      return true
    },
  }
}

interface Beginning {
  readonly api: ApiClient
  readonly org: string
  readonly folder: string
  readonly told: Told
  readonly signal: AbortSignal
}

async function begin({ api, org, folder, told, signal }: Beginning): Promise<void> {
  const name = await connect({ api, org, folder, told, signal })
  if (name === undefined) return
  told.step('Is all well?', `doctor ${name}`)
  await examine(api, name, told)
  told.step('Six feeds into JSON lines and the database', 'feed run NAME')
  const path = join(folder, 'records')
  told.line(`The files are in ${showPlain(path)}. Ctrl-C interrupts it; the next start goes on.`)
  const prefix = `${name}-`
  const common = { path, retentionDays: RETENTION_DAYS, everyMinutes: EVERY_MINUTES }
  const wanted = { connection: name, prefix, ...common }
  await addFeeds(api, wanted)
  await runFeeds(api, wanted, told, signal)
  told.step(
    'Nothing was changed in the org but the app that was made, if one was. It runs until Ctrl-C',
  )
}

/** The connection of the org: the one that is kept, one that an administrator's token makes, or one that somebody gives on a page. */
async function connect({ api, org, told, signal }: Beginning): Promise<string | undefined> {
  const { connections } = await api.call<{ readonly connections: readonly ConnectionView[] }>(
    'GET',
    '/v1/connections',
  )
  const kept = connections.find(({ orgUrl }) => orgUrl === org)
  if (kept !== undefined) {
    told.step(`The org is connected: ${kept.name}`)
    return kept.name
  }
  const name = nameFor(org, new Set(connections.map(({ name: taken }) => taken)))
  const adminToken = process.env['OKTA_ADMIN_TOKEN']
  if (adminToken) {
    told.step(
      'A service app to read with: key, app, grants, role, proven',
      `setup ${name} --org ${org} --admin-token env:OKTA_ADMIN_TOKEN`,
    )
    const wanted = { name, orgUrl: org, bundle: 'read-only', description: 'Feeds' } as const
    await setUp(api, wanted, adminToken, told)
    return name
  }
  const session = await api.call<ConnectSessionView & { readonly url: string }>(
    'POST',
    '/v1/connect-sessions',
    { name, orgUrl: org },
  )
  told.step(
    'A credential is missing. Open this once, within 15 minutes, as who administers the org',
  )
  told.line(session.url)
  told.line(
    'The page takes a service app and its key, or guides you to one whose key is made here.',
  )
  told.line(
    'Or start again with OKTA_ADMIN_TOKEN set: then the app is made for you. Or in another terminal:',
  )
  told.line(`postern setup ${name} --org ${org} --guide`)
  return (await isConnected(api, session.id, { name, signal })) ? name : tellUnconnected(told)
}

async function isConnected(
  api: ApiClient,
  sessionId: string,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<boolean> {
  for (;;) {
    const { status } = await api.call<ConnectSessionView>(
      'GET',
      `/v1/connect-sessions/${sessionId}`,
    )
    if (status === 'connected') return true
    const { connections } = await api.call<{ readonly connections: readonly ConnectionView[] }>(
      'GET',
      '/v1/connections',
    )
    if (connections.some((connection) => connection.name === name)) return true
    if (status === 'expired' || status === 'revoked' || status === 'failed') return false
    await setTimeout(LOOK_EVERY_MS, undefined, { signal })
  }
}

function tellUnconnected(told: Told): undefined {
  told.step(
    'Nobody used the link. The server runs on without the org; start it again for a new link',
  )
}

function tellPlace(org: string, folder: string, running: RunningHere, told: Told): void {
  told.step('Postern, with an org of your own: nothing is emulated')
  told.line(`Okta org  ${org}`)
  told.line(`Postern   ${running.url}`)
  told.line(`Folder    ${showPlain(folder)}`)
  told.line(`Console   ${running.consoleLink()}`)
  told.line('          for one browser on this machine, within ten minutes')
}

/** The first part of the org's host, as the name of a connection that is not taken. */
function nameFor(org: string, taken: ReadonlySet<string>): string {
  const [label = ''] = new URL(org).hostname.split('.')
  const base = /^[a-z][a-z\d-]{0,30}$/.test(label) ? label : 'okta'
  let name = base
  for (let number = 2; taken.has(name); number++) name = `${base}-${number}`
  return name
}
