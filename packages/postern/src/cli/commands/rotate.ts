/** @module `postern rotate`: a new key registered, proven and switched to, the old one taken out of use. */

import {
  applyRotation,
  finishRotation,
  hasReached,
  isUnderWay,
  keyInUse,
  type Org,
  PrivateKey,
  type PublicJwk,
  parseJwksUri,
  publicJwks,
  type RotationContext,
  type RotationProgress,
  type RotationState,
  retiredMinMs,
  rollBackRotation,
  rotationNeeds,
  systemClock,
} from '@postern/core'
import { writeAtomically } from '../../config/atomic-file.ts'
import { readSecretText, requireOneFromStdin } from '../../config/secret-reference.ts'
import { UsageError } from '../../config/usage-error.ts'
import { FolderError } from '../../connections/folder-error.ts'
import { lockFolder } from '../../connections/folder-lock.ts'
import { type PreparedRotation, prepareRotation } from '../../connections/rotate.ts'
import { appOfSetup, type RotatedApp, selfAdmin } from '../../connections/rotated-app.ts'
import { hasSetup, SetupFolder } from '../../connections/setup-folder.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import type { GlobalOptions } from '../global-options.ts'
import { type ClientPlace, openClient } from '../open-client.ts'
import { openConnection } from '../open-connection.ts'
import { openTransport } from '../open-transport.ts'
import { formatFields, paint, printData, showPlain, tell } from '../output.ts'

/** The flags of `rotate`, as they were typed. */
export interface RotateFlags extends ConnectionFlags {
  readonly from?: string
  readonly out?: string
  readonly admin?: string
  readonly adminToken?: string
  readonly jwksUrl?: string
  readonly jwksOut?: string
  readonly graceSeconds: string
  readonly keepOld?: true
  readonly retire?: true
  readonly rollback?: true
}

/** What is rotated, and where its files are. */
interface Place {
  readonly folder: SetupFolder
  readonly app: RotatedApp
  /** The key in use, where it came with the flags. */
  readonly givenKey: PrivateKey | undefined
}

/** Rotates the key of a service app, or finishes or takes back a rotation that was begun. */
export async function rotate(
  flags: RotateFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const graceMs = parseGrace(flags.graceSeconds)
  requireOneEnd(flags)
  requireOneFromStdin({
    '--key': flags.key,
    '--passphrase': flags.passphrase,
    '--api-token': flags.apiToken,
    '--admin-token': flags.adminToken,
  })
  const path = requireFolder(flags)
  if (flags.from !== undefined && !(await hasSetup(path))) throw noSetup()
  const folder = await SetupFolder.open(path)
  await using _lock = await lockFolder(folder.path)
  const place = await findPlace(folder, flags)
  if (place.app.jwksUri === undefined) tell(rotationNeeds)
  const kept = await folder.readRotation(place.app.customDomains)
  if ((flags.retire || flags.rollback) && !(kept && isUnderWay(kept))) {
    throw new UsageError('usage_invalid', 'No rotation is under way in that folder.', {
      remedy: 'Run the rotation first, without --retire and --rollback.',
    })
  }
  const prepared = await prepareRotation(folder, place.app)
  const context = await contextOf(place, prepared, flags, { graceMs, signal })
  const state = await run(prepared.state, context, flags)
  await printRotation(state, options)
}

function run(
  state: RotationState,
  context: RotationContext,
  { retire, rollback, keepOld }: RotateFlags,
): Promise<RotationState> {
  if (rollback || state.phase === 'rolling-back') return rollBackRotation(state, context)
  // A second run is for what the first one left to do.
  if (retire || state.phase === 'retired') return finishRotation(state, context)
  return applyRotation(state, context, { until: keepOld ? 'switched' : 'retired' })
}

/** The app to rotate: that of a setup's folder, or that of the flags. */
async function findPlace(folder: SetupFolder, flags: RotateFlags): Promise<Place> {
  const customDomains = flags.allowDomain ?? []
  const rotation = await folder.readRotation(customDomains)
  if (flags.from !== undefined) {
    const setup = await folder.readSetup()
    if (setup === undefined) throw noSetup()
    return { folder, app: appOfSetup(setup, rotation), givenKey: undefined }
  }
  const { org, credential, description } = await openConnection(flags)
  if (credential.kind !== 'service-app' || !(credential.key instanceof PrivateKey)) {
    throw new UsageError('usage_invalid', 'An API token was given, which has no key.', {
      remedy: 'Give the service app: --client-id and --key.',
    })
  }
  const { clientId, key, scopes, ...rest } = credential
  const { authorizationServerId, assertion, assertionParameter, headers } = rest
  const underWay = rotation && isUnderWay(rotation) ? rotation : undefined
  if (underWay) requireSameApp(underWay, { org, clientId })
  const jwksUri = flags.jwksUrl === undefined ? {} : { jwksUri: parseJwksUri(flags.jwksUrl) }
  const app: RotatedApp = {
    label: description ?? flags.name ?? clientId,
    org,
    clientId,
    scopes,
    dpopRequired: credential.dpopRequired ?? false,
    ...jwksUri,
    publicJwk: underWay ? keyInUse(underWay) : key.publicJwk,
    customDomains,
    more: { authorizationServerId, assertion, assertionParameter, headers },
  }
  return { folder, app, givenKey: key }
}

/** The key of one app must not become that of another. */
function requireSameApp(
  { plan }: RotationState,
  { org, clientId }: Pick<RotatedApp, 'org' | 'clientId'>,
): void {
  if (plan.org === org && plan.clientId === clientId) return
  throw new UsageError('usage_invalid', 'A rotation of another app is under way in that folder.', {
    remedy:
      'Finish it with the org and the client id it was begun with, or name another folder after --out.',
    details: { org: plan.org, clientId: plan.clientId },
  })
}

async function contextOf(
  { folder, app, givenKey }: Place,
  prepared: PreparedRotation,
  flags: RotateFlags,
  { graceMs, signal }: { readonly graceMs: number; readonly signal: AbortSignal },
): Promise<RotationContext> {
  const { state, newKey } = prepared
  const oldKey = prepared.oldKey ?? sameKey(givenKey, state.plan.oldKey)
  const transport = openTransport(app.org, app.jwksUri)
  const place = { org: app.org, transport, customDomains: app.customDomains }
  const openOwn = () => {
    const key = hasReached(state, 'switched') ? newKey : (oldKey ?? newKey)
    return key && openClient(place, selfAdmin(app, key))
  }
  const admin =
    app.jwksUri === undefined ? ((await openAdmin(flags, place)) ?? openOwn()) : undefined
  return {
    ...(admin === undefined ? {} : { admin }),
    openOrg: (credential) => openClient(place, credential),
    credential: app.dpopRequired ? { ...app.more, dpopRequired: true } : app.more,
    ...(oldKey === undefined ? {} : { oldKey }),
    ...(newKey === undefined ? {} : { newKey }),
    save: (kept) => folder.saveRotation(kept),
    switchKey: async (publicJwk) => {
      await folder.useKey(app, publicJwk)
      if (app.jwksUri !== undefined || flags.keepOld || graceMs === 0) return
      tell(`Programs have ${graceMs / 1_000} s to read the settings again (--grace-seconds).`)
      await systemClock.sleep(graceMs, { signal })
    },
    publish: (keys) => publish(keys, flags.jwksOut ?? folder.keySetPath, app.jwksUri),
    transport,
    onProgress: tellProgress,
    signal,
  }
}

async function openAdmin(
  { adminToken }: RotateFlags,
  place: ClientPlace,
): Promise<Org | undefined> {
  const sources = { env: process.env, stdin: process.stdin }
  const apiToken = await readSecretText(adminToken, '--admin-token', sources)
  return apiToken && openClient(place, { kind: 'api-token', apiToken })
}

function sameKey(key: PrivateKey | undefined, wanted: PublicJwk): PrivateKey | undefined {
  return key?.kid === wanted.kid ? key : undefined
}

async function publish(
  keys: readonly PublicJwk[],
  path: string,
  jwksUri: string | undefined,
): Promise<void> {
  const set = publicJwks(keys.map((publicJwk) => ({ publicJwk })))
  await writeAtomically(path, `${JSON.stringify(set, null, 2)}\n`)
  tell(`Publish ${showPlain(path)} at ${jwksUri ?? ''}, then run this again if it stops here.`)
}

/** Tells a person how far a rotation is. */
export function tellProgress(progress: RotationProgress): void {
  if (progress.event === 'waiting') {
    tell(`${showPlain(progress.reason)} Looking again in ${progress.waitMs / 1_000} s.`)
    return
  }
  tell(`${paint('green', progress.phase)} ${showPlain(progress.kid)}`)
}

function printRotation(state: RotationState, options: GlobalOptions): Promise<void> {
  const { plan, phase, retiredAt } = state
  const data = {
    clientId: plan.clientId,
    phase,
    keyInUse: keyInUse(state).kid,
    oldKey: plan.oldKey.kid,
    newKey: plan.newKey.kid,
    retiredAt: retiredAt ?? null,
    next: nextOf(state),
  }
  const text = () =>
    formatFields([
      ['Client ID', showPlain(data.clientId)],
      ['Key in use', showPlain(data.keyInUse)],
      ['Old key', showPlain(`${data.oldKey} (${describeOldKey(state)})`)],
      ['Next', data.next],
    ])
  return printData(data, { format: options.output, text })
}

function describeOldKey({ phase, plan }: RotationState): string {
  switch (phase) {
    case 'retired':
      return plan.jwksUri === undefined ? 'deactivated' : 'still published'
    case 'finished':
      return plan.jwksUri === undefined ? 'deleted' : 'published no more'
    case 'rolling-back':
    case 'rolled-back':
      return 'in use again'
    default:
      return 'active beside the new one'
  }
}

function nextOf({ phase, retiredAt }: RotationState): string {
  switch (phase) {
    case 'retired': {
      const from = new Date(Date.parse(retiredAt ?? '') + retiredMinMs).toISOString()
      return `From ${from} on, run with --retire to delete the old key; until then --rollback brings it back.`
    }
    case 'rolling-back':
      return 'Run it again: the new key is still there.'
    case 'finished':
    case 'rolled-back':
      return 'Nothing: the rotation is over.'
    default:
      return 'Run it again, without --keep-old, to take the old key out of use.'
  }
}

/** Each of these says how the run ends, so two of them say nothing. */
export function requireOneEnd({ keepOld, retire, rollback }: RotateFlags): void {
  const ends = { '--keep-old': keepOld, '--retire': retire, '--rollback': rollback }
  const given = Object.entries(ends).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []))
  if (given.length < 2) return
  throw new UsageError('usage_invalid', `${given.join(' and ')} are given together.`, {
    remedy: 'Give one of them.',
  })
}

function requireFolder({ from, out }: RotateFlags): string {
  const folder = from ?? out
  if (folder !== undefined && folder !== '' && (from === undefined || out === undefined))
    return folder
  throw new UsageError('usage_invalid', 'There is no one folder for the new key.', {
    remedy:
      'Name the folder of the setup after --from; or give the connection, and a folder for the new key after --out.',
  })
}

function noSetup(): FolderError {
  return new FolderError('folder_incomplete', 'There is no setup in that folder.', {
    remedy: 'Name the folder of a setup after --from; or give the connection, and --out.',
  })
}

/** The grace of a rotation in milliseconds. @throws {UsageError} `usage_invalid` */
export function parseGrace(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text) * 1_000
  throw new UsageError('usage_invalid', '--grace-seconds is not a number of seconds.', {
    remedy: 'Write --grace-seconds with digits alone, for example 30.',
  })
}
