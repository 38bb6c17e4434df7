/** @module `postern rotate NAME`: the key of a connection that is kept, rotated where it is kept. */

import { type RotationPhase, type RotationProgress, rotationNeeds } from '@postern/core'
import { writeAtomically } from '../../config/atomic-file.ts'
import { requireOneFromStdin } from '../../config/secret-reference.ts'
import type { RotationStatus } from '../../connections/rotation-status.ts'
import { readAdminBody } from '../admin-body.ts'
import type { GlobalOptions } from '../global-options.ts'
import { useKept } from '../kept-connection.ts'
import { formatFields, printData, showPlain, tell } from '../output.ts'
import { parseGrace, type RotateFlags, requireOneEnd, tellProgress } from './rotate.ts'

/** Rotates the key of a kept connection, or finishes or takes back a rotation that was begun. */
export async function rotateKept(
  name: string,
  flags: RotateFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const graceSeconds = parseGrace(flags.graceSeconds) / 1_000
  requireOneEnd(flags)
  requireOneFromStdin({ '--admin-token': flags.adminToken })
  const status = await useKept(name, { ...options, signal }, async (api, path) => {
    const before = await api.call<RotationStatus>('GET', `${path}/rotation`)
    if (before.keySet === null) tell(rotationNeeds)
    const { keepOld, retire, rollback } = flags
    const admin = await readAdminBody(flags)
    const body = { ...admin, keepOld, retire, rollback, graceSeconds }
    const lines = api.stream<RotationProgress, RotationStatus>('POST', `${path}/rotate`, body)
    try {
      for (;;) {
        const { done, value } = await lines.next()
        if (done) return value
        tellProgress(value)
      }
    } finally {
      if (flags.jwksOut !== undefined) {
        await writeKeySet(flags.jwksOut, await api.call('GET', `${path}/rotation`))
      }
    }
  })
  await printData(status, { format: options.output, text: () => format(status) })
}

/** The key set, for whoever publishes it: also where the rotation stopped because it is not published yet. */
async function writeKeySet(path: string, { keySet }: RotationStatus): Promise<void> {
  if (keySet === null) return
  await writeAtomically(path, `${JSON.stringify({ keys: keySet.keys }, null, 2)}\n`)
  tell(`Publish ${showPlain(path)} at ${keySet.url}, then run this again if it stops here.`)
}

function format(status: RotationStatus): string {
  const { connection, keyInUse, oldKey, phase } = status
  return formatFields([
    ['Connection', connection],
    ['Key in use', showPlain(keyInUse ?? '')],
    ['Old key', showPlain(`${oldKey ?? 'none'}${phase === null ? '' : ` (${describe(phase)})`}`)],
    ['Next', nextOf(status)],
  ])
}

function describe(phase: RotationPhase): string {
  switch (phase) {
    case 'retired':
      return 'out of use, and can be brought back'
    case 'finished':
      return 'deleted'
    case 'rolling-back':
    case 'rolled-back':
      return 'in use again'
    default:
      return 'in use, or beside the new one'
  }
}

function nextOf({ phase, dueAt, lastError }: RotationStatus): string {
  if (phase === null || phase === 'finished' || phase === 'rolled-back') {
    return 'Nothing: no rotation is under way.'
  }
  if (dueAt !== null) {
    const why = lastError === null ? '' : ` ${lastError.message}`
    return `Postern goes on by itself from ${dueAt} on, while it runs.${why}`
  }
  return phase === 'retired'
    ? 'An hour after it went out of use, run with --retire to delete the old key; until then --rollback brings it back.'
    : 'Run it again to go on.'
}
