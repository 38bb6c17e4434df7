/** @module Whether a search finds what the records themselves show. */

import { PosternError } from '../../error.ts'
import { textOf } from '../../org/members.ts'
import type { Check } from '../check.ts'
import type { Examination } from '../examination.ts'
import { explainFailure } from '../failures.ts'
import { ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { readPage } from '../read-page.ts'
import { parseRecord } from '../record.ts'

// An index is up to a second behind by nature, and timestamps have whole seconds.
const USUAL_LAG_MS = 5_000
const RECENT_MS = 30 * 60_000

interface ChangedUser {
  readonly id: string
  readonly lastUpdated: string
  readonly ageMs: number
}

/**
 * Looks for the user that was changed last, if that was a moment ago: the list shows the change at once, and the index
 * behind `search` a little later.
 *
 * @see Okta, "Users API" - search reads an index that is updated asynchronously
 */
export const searchCheck: Check = {
  name: 'search',
  question: 'Does a search find the latest changes?',
  needs: ['reading', 'pages'],
  async *run(examination) {
    const user = lastChanged(examination)
    if (user === undefined) return true
    const seconds = Math.round(user.ageMs / 1_000)
    try {
      const search = `id eq "${user.id}" and lastUpdated ge "${user.lastUpdated}"`
      const { records } = await readPage(examination, '/api/v1/users', { search, limit: 1 })
      if (records.length > 0) {
        yield ok(`A search finds a change that is ${seconds} s old.`)
      } else {
        yield problem(
          'search_behind',
          `A search does not find a user in the state of ${seconds} s ago, which the list shows: its index is at least that far behind.`,
          { status: 'warning', details: { userId: user.id, behindSeconds: seconds } },
        )
      }
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      yield explainFailure(examination, error)
    }
    return true
  },
}

/** The user with the latest change, where it is recent and old enough to be found. */
function lastChanged(examination: Examination): ChangedUser | undefined {
  const nowMs = examination.known('client').authorizer.now().getTime()
  const sample = examination.find('sampleOfUsers') ?? []
  const changed = sample.flatMap((record): ChangedUser[] => {
    const user = parseRecord(record) ?? {}
    const [id, lastUpdated] = [textOf(user, 'id'), textOf(user, 'lastUpdated')]
    if (id === undefined || lastUpdated === undefined || !/^[\w-]+$/.test(id)) return []
    if (!/^[\dTZ:.-]+$/.test(lastUpdated)) return []
    const ageMs = nowMs - Date.parse(lastUpdated)
    return ageMs >= USUAL_LAG_MS && ageMs <= RECENT_MS ? [{ id, lastUpdated, ageMs }] : []
  })
  return changed.toSorted((a, b) => a.ageMs - b.ageMs)[0]
}
