/** @module `postern master-key`: the key that every kept secret is sealed with, and its versions. */

import { formatCountOf } from '../count.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openApi } from '../open-api.ts'
import { formatFields, printData, setStatus, showPlain, tell, warn } from '../output.ts'
import { formatHeading, formatRows, layOut } from '../table.ts'

/** The master key as the API shows it. */
interface MasterKey {
  readonly state:
    | { readonly status: 'unlocked'; readonly version: number }
    | { readonly status: 'locked'; readonly observed: string; readonly remedy: string }
  readonly source?: string
  readonly versions: readonly Version[]
}

interface Version {
  readonly version: number
  readonly secrets: number
  readonly atHand: boolean
  readonly createdAt: string
  readonly retiredAt?: string
}

type Step =
  | { readonly step: 'version-made' | 'version-kept'; readonly version: number }
  | { readonly step: 'secret-rewrapped'; readonly done: number; readonly total: number }

interface Rotation {
  readonly version: number
  readonly isNew: boolean
  readonly rewrapped: number
  readonly left: readonly {
    readonly connectionId: string
    readonly kind: string
    readonly label: string
  }[]
}

interface Retirement {
  readonly retired: readonly number[]
  readonly kept: readonly { readonly version: number; readonly secrets: number }[]
  readonly toRemove: readonly number[]
}

const ROUTE = '/v1/master-key'

/** Prints whether the store is unlocked, and the versions of the key. */
export async function showMasterKey(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const masterKey = await api.call<MasterKey>('GET', ROUTE)
  await printData(masterKey, { format: options.output, text: () => formatMasterKey(masterKey) })
  if (masterKey.state.status === 'locked') process.exitCode = exitCodes.problemsFound
}

/** Introduces a new version, or finishes what was interrupted. */
export async function rotateMasterKey(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const steps = api.stream<Step, Rotation>('POST', `${ROUTE}/rotate`)
  let next = await steps.next()
  for (; !next.done; next = await steps.next()) tellStep(next.value)
  setStatus(undefined)
  const rotation = next.value
  await printData(rotation, { format: options.output, text: () => formatRotation(rotation) })
  for (const { connectionId, kind, label } of rotation.left) {
    const which = [kind, label].filter(Boolean).join(' ')
    warn('seal_broken', `The secret ${which} of connection ${connectionId} does not open: left.`)
  }
  if (rotation.left.length > 0) process.exitCode = exitCodes.partial
  else tell('End the version before with postern master-key retire, when no backup needs it.')
}

/** Ends the versions that no secret needs. */
export async function retireMasterKey(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const retirement = await api.call<Retirement>('POST', `${ROUTE}/retire`)
  await printData(retirement, { format: options.output, text: () => formatRetirement(retirement) })
  for (const { version, secrets } of retirement.kept) {
    tell(`Version ${version} stays: ${formatCountOf(secrets, 'secrets')} of it.`)
  }
  if (retirement.toRemove.length > 0) {
    tell(`Remove from where the master key is read: version ${retirement.toRemove.join(', ')}.`)
  }
}

function tellStep(step: Step): void {
  switch (step.step) {
    case 'version-made':
      tell(`Version ${step.version} of the master key is in its file. Copy the file anew.`)
      break
    case 'version-kept':
      tell(`Version ${step.version} seals what is kept from now on.`)
      break
    case 'secret-rewrapped':
      if (process.stderr.isTTY) setStatus(`${step.done} of ${formatCountOf(step.total, 'secrets')}`)
  }
}

function formatMasterKey({ state, source, versions }: MasterKey): string {
  const fields = formatFields([
    ['State', state.status],
    ...problemFields(state),
    ['Source', source === undefined ? 'none' : showPlain(source)],
  ])
  if (versions.length === 0) return fields
  const rows = versions.map((version, index) => ({
    version: version.version,
    secrets: version.secrets,
    here: version.atHand ? 'yes' : 'no',
    state: stateOf(version, index === 0),
  }))
  const layout = layOut(rows)
  return `${fields}\n\n${formatHeading(layout)}\n${formatRows(rows, layout)}`
}

function problemFields(state: MasterKey['state']): readonly (readonly [string, string])[] {
  if (state.status === 'unlocked') return []
  return [
    ['Observed', showPlain(state.observed)],
    ['Fix', showPlain(state.remedy)],
  ]
}

function stateOf({ retiredAt }: Version, isNewest: boolean): string {
  if (retiredAt !== undefined) return `retired ${retiredAt}`
  return isNewest ? 'seals' : 'older'
}

function formatRotation({ version, isNew, rewrapped }: Rotation): string {
  return formatFields([
    ['Version', `${version}${isNew ? ', new' : ', from a rotation that was interrupted'}`],
    ['Rewrapped', formatCountOf(rewrapped, 'secrets')],
  ])
}

function formatRetirement({ retired }: Retirement): string {
  return formatFields([['Retired', retired.length === 0 ? 'none' : retired.join(', ')]])
}
