/** @module Whether the System Log shows what happened a moment ago. */

import { PosternError } from '../../error.ts'
import type { Check } from '../check.ts'
import type { Examination } from '../examination.ts'
import { explainFailure } from '../failures.ts'
import { ok } from '../finding.ts'
import { isRoleInDoubt } from '../judge-readings.ts'
import { problem } from '../problems.ts'
import { readPage } from '../read-page.ts'

const LOG_PATH = '/api/v1/logs'

// Events usually show within seconds; the last of these looks is ten seconds after the first.
const WAITS_MS = [0, 1_000, 3_000, 6_000]

// The grant was moments ago; the org's seconds and ours are not cut alike.
const MARGIN_MS = 60_000

/**
 * Looks for the one event that is known to have happened: the grant of this diagnosis's own token.
 *
 * @see Okta, "System Log API" - events are near real time; delays are rare but possible
 */
export const logCheck: Check = {
  name: 'log',
  question: 'Does the System Log show what happened a moment ago?',
  needs: ['reading'],
  credential: 'service-app',
  async *run(examination) {
    if (!isLogReadable(examination)) return true
    try {
      const waitedMs = await findOwnGrant(examination)
      if (waitedMs !== undefined) {
        yield ok('The System Log shows the grant of this token.', { waitedMs })
      } else {
        const seconds = WAITS_MS.reduce((sum, waitMs) => sum + waitMs, 0) / 1_000
        yield problem(
          'log_late',
          `The grant of this token is not in the System Log after ${seconds} s: events come late.`,
          { status: 'warning', certainty: 'likely' },
        )
      }
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      yield explainFailure(examination, error)
    }
    return true
  },
}

function isLogReadable(examination: Examination): boolean {
  const readings = examination.known('readings')
  const log = readings.find(({ resource }) => resource.path === LOG_PATH)
  if (log?.came === 'nothing') return !isRoleInDoubt(readings)
  return log?.came === 'records'
}

async function findOwnGrant(examination: Examination): Promise<number | undefined> {
  const { clock, signal } = examination
  const nowMs = examination.known('client').authorizer.now().getTime()
  let path = requestPath({
    since: new Date(nowMs - MARGIN_MS).toISOString(),
    filter: `eventType sw "app.oauth2" and actor.id eq "${examination.known('clientId')}"`,
    limit: '1',
  })
  let waitedMs = 0
  for (const waitMs of WAITS_MS) {
    if (waitMs > 0) await clock.sleep(waitMs, { signal })
    waitedMs += waitMs
    const { records, cursor } = await readPage(examination, path)
    if (records.length > 0) return waitedMs
    // Polling goes on from the last link; an empty page may have records behind it, too.
    path = cursor ?? path
  }
  return undefined
}

function requestPath(query: Readonly<Record<string, string>>): string {
  return `${LOG_PATH}?${new URLSearchParams(query)}`
}
