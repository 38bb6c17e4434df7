/** @module What `postern setup` tells while it works, and what it came to. */

import type { SetupProgress, SetupResult, UndoDeed } from '@postern/core'
import type { SetupFolder } from '../../connections/setup-folder.ts'
import { type ShownSetup, shownSetup } from '../../connections/setup-result.ts'
import type { GlobalOptions } from '../global-options.ts'
import { formatFields, paint, printData, showPlain, tell } from '../output.ts'

/** Tells a person what was taken back. */
export function tellUndone(deed: UndoDeed): void {
  switch (deed.deed) {
    case 'role-withdrawn':
      tell(`Withdrew the role ${showPlain(deed.role)}`)
      break
    case 'app-deactivated':
      tell(`Deactivated the app ${showPlain(deed.appId)}`)
      break
    case 'app-deleted':
      tell(`Deleted the app ${showPlain(deed.appId)}`)
      break
    case 'nothing-to-undo':
      tell('The org has nothing of this setup.')
      break
  }
}

/** Prints what was proven of the new credential. */
export function printResult(
  { state, credential, proof, roles }: SetupResult,
  folder: SetupFolder,
  keyPath: string,
  options: GlobalOptions,
): Promise<void> {
  const data = {
    ...shownSetup({ state, clientId: credential.clientId, proof, roles }),
    files: { key: keyPath, env: folder.envPath, plan: folder.setupPath },
  }
  return printData(data, { format: options.output, text: () => formatResult(data) })
}

/** What happens in a setup, as the API tells it too. */
export interface ShownProgress {
  readonly event: SetupProgress['event']
  readonly step: { readonly id: string; readonly title: string }
  readonly number?: number
  readonly of?: number
  readonly before?: boolean
  readonly reason?: string
  readonly waitMs?: number
}

/** Tells a person how far a setup is, wherever it runs. */
export function tellShownProgress({ event, step, ...more }: ShownProgress): void {
  const { number = 0, of = 0, before = false, reason = '', waitMs = 0 } = more
  switch (event) {
    case 'begun':
      tell(`${paint('dim', `[${number}/${of}]`)} ${showPlain(step.title)}`)
      break
    case 'done':
      if (before) tell(`${paint('dim', 'done before')} ${showPlain(step.title)}`)
      break
    case 'skipped':
      tell(`${paint('yellow', 'left out')} ${showPlain(reason)}`)
      break
    case 'waiting':
      tell(`${showPlain(reason)} Looking again in ${Math.ceil(waitMs / 1_000)} s.`)
      break
    case 'failed':
      tell(
        `${paint('red', 'stopped')} at: ${showPlain(step.title)}. Run the same command again to go on.`,
      )
      break
  }
}

/** What was proven of a connection that is kept now. */
export function formatKept(name: string, shown: ShownSetup): string {
  return formatFields([
    ['Connection', name],
    ...fieldsOf(shown),
    ['Private key', 'sealed here, and never shown'],
    ['Use it', `postern token ${name}, postern read ${name} …, postern doctor ${name}`],
  ])
}

function formatResult(
  data: ShownSetup & { readonly files: Readonly<Record<string, string>> },
): string {
  const { files } = data
  return formatFields([
    ...fieldsOf(data),
    ['Private key', showPlain(files['key'] ?? '')],
    ['Settings', showPlain(`${files['env'] ?? ''} (postern --from-env, Okta SDKs, Terraform)`)],
  ])
}

function fieldsOf(data: ShownSetup): readonly (readonly [string, string])[] {
  const { read } = data
  const shown =
    read === null
      ? 'none of the scopes allows a read that would show the role'
      : `GET ${read.path} gave ${read.records} of its records`
  return [
    ['Org', data.org],
    ['App', showPlain(`${data.label} (${data.appId})`)],
    ['Client ID', showPlain(data.clientId)],
    ['Token', data.tokenType === 'DPoP' ? 'DPoP: bound to a key of its own' : 'Bearer'],
    ['Scopes granted', data.scopes.join(' ')],
    ['Admin roles', showPlain(data.roles.join(', ')) || 'none'],
    ['Live read', shown],
    ['DPoP', data.dpopRequired ? 'required, and used' : 'not required'],
  ]
}
