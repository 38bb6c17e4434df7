/** @module Whether the connection can read what it is for; if not, whether scope, role, feature or the way there is why. */

import { scopeCovers } from '../../url/scopes.ts'
import type { Check } from '../check.ts'
import type { Examination } from '../examination.ts'
import { information, ok } from '../finding.ts'
import { judgeReadings } from '../judge-readings.ts'
import { readResource } from '../read-resource.ts'
import type { Reading } from '../reading.ts'
import { isWanted, type Resource, resources } from '../resources.ts'
import { readAssignedRoles } from '../roles.ts'
import { listOf } from '../words.ts'

// Each costs a request of another bucket; beyond these the answers tell nothing new.
const MAX_RESOURCES = 8

/**
 * Looks at one record of each resource that is wanted and whose scope is there, all at the same time.
 *
 * @see Okta, "Implement OAuth for Okta" - a scope alone shows nothing: the admin role decides what is seen
 */
export const readingCheck: Check = {
  name: 'reading',
  question: 'Can the connection read what it is for?',
  needs: ['token', 'granted-scopes', 'owner'],
  async *run(examination) {
    const wanted = wantedResources(examination)
    if (wanted.length === 0) {
      yield information(
        'reading_not_tried',
        'None of the scopes is for something that can be looked at without knowing more.',
      )
      return false
    }
    const readings = await Promise.all(
      wanted.map((resource) => readResource(examination, resource)),
    )
    examination.learn({ readings })
    const judged = await judgeReadings(examination, readings)
    yield* judged
    const readable = readings.filter(({ came }) => came === 'records')
    if (judged.length === 0) {
      const names = listOf(readings.map(({ resource }) => resource.name))
      const empty = readings.filter(({ came }) => came === 'nothing')
      const none = listOf(empty.map(({ resource }) => resource.name))
      const assignedRoles = await readAssignedRoles(examination)
      yield ok(
        empty.length === 0
          ? `Records came of ${names}.`
          : `The org answers for ${names}; of ${none} there is nothing.`,
        { records: countRecords(readings), ...(assignedRoles && { assignedRoles }) },
      )
    }
    return readable.length > 0
  },
}

/** How many records came of each resource: of most, one was asked for. */
function countRecords(readings: readonly Reading[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    readings.map((reading) => [
      reading.resource.name,
      'page' in reading ? reading.page.records.length : 0,
    ]),
  )
}

function wantedResources(examination: Examination): readonly Resource[] {
  const { kind, wants } = examination
  const usable =
    kind === 'api-token'
      ? wants
      : wants.filter((scope) => scopeCovers(examination.known('token').scopes, scope))
  return resources.filter((resource) => isWanted(resource, usable)).slice(0, MAX_RESOURCES)
}
