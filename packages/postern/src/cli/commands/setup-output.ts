/** @module What `postern setup` tells while it works, and what it came to. */

import type { SetupProgress, SetupResult, UndoDeed } from '@postern/core'
import type { SetupFolder } from '../../connections/setup-folder.ts'
import { type ShownSetup, shownSetup } from '../../connections/setup-result.ts'
import type { GlobalOptions } from '../global-options.ts'
import { formatFields, paint, printData, showPlain, tell } from '../output.ts'

/** Tells a person how far a setup is. */
export function tellSetupProgress(progress: SetupProgress): void {
  const { step } = progress
  switch (progress.event) {
    case 'begun':
      tell(`${paint('dim', `[${progress.number}/${progress.of}]`)} ${showPlain(step.title)}`)
      break
    case 'done':
      if (progress.before) tell(`${paint('dim', 'done before')} ${showPlain(step.title)}`)
      break
    case 'skipped':
      tell(`${paint('yellow', 'left out')} ${showPlain(progress.reason)}`)
      break
    case 'waiting':
      tell(
        `${showPlain(progress.reason)} Looking again in ${Math.ceil(progress.waitMs / 1_000)} s.`,
      )
      break
    case 'failed':
      tell(
        `${paint('red', 'stopped')} at: ${showPlain(step.title)}. Run the same command again to go on.`,
      )
      break
  }
}

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

function formatResult(
  data: ShownSetup & { readonly files: Readonly<Record<string, string>> },
): string {
  const { read, files } = data
  const shown =
    read === null
      ? 'none of the scopes allows a read that would show the role'
      : `GET ${read.path} gave ${read.records} of its records`
  return formatFields([
    ['Org', data.org],
    ['App', showPlain(`${data.label} (${data.appId})`)],
    ['Client ID', showPlain(data.clientId)],
    ['Token', data.tokenType === 'DPoP' ? 'DPoP: bound to a key of its own' : 'Bearer'],
    ['Scopes granted', data.scopes.join(' ')],
    ['Admin roles', showPlain(data.roles.join(', ')) || 'none'],
    ['Live read', shown],
    ['DPoP', data.dpopRequired ? 'required, and used' : 'not required'],
    ['Private key', showPlain(files['key'] ?? '')],
    ['Settings', showPlain(`${files['env'] ?? ''} (postern --from-env, Okta SDKs, Terraform)`)],
  ])
}
