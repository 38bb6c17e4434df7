/** @module Whether the connection may change what it is for: asked with requests that are refused in every case, so that nothing changes. */

import { ApiError } from '../../org/errors.ts'
import { UpstreamError } from '../../transport.ts'
import { scopeCovers } from '../../url/scopes.ts'
import type { Check } from '../check.ts'
import type { Examination } from '../examination.ts'
import { explainFailure } from '../failures.ts'
import { fromError, ok } from '../finding.ts'
import { isWriteWanted, type Resource, resources } from '../resources.ts'
import { explainRole } from '../roles.ts'
import { listOf } from '../words.ts'

type Outcome = 'allowed' | ApiError | UpstreamError

/**
 * Creates with an empty body, which no org accepts: 400 where the role allows it, 403 where it does not.
 *
 * @see Okta, "Users API", "Groups API", "Applications API" - a profile or a sign-on mode is required
 */
export const writingCheck: Check = {
  name: 'writing',
  question: 'May the connection change what it is for?',
  needs: ['reading'],
  async *run(examination) {
    const wanted = wantedResources(examination)
    if (wanted.length === 0) return true
    const outcomes = await Promise.all(
      wanted.map(async (resource) => ({
        resource,
        outcome: await tryWrite(examination, resource),
      })),
    )
    const names = (of: typeof outcomes) => of.map(({ resource }) => resource.name)
    const refused = outcomes.filter(({ outcome }) => isRoleRefusal(outcome))
    const others = outcomes.filter(
      ({ outcome }) => outcome !== 'allowed' && !isRoleRefusal(outcome),
    )
    if (refused.length > 0) {
      const observed = `403 E0000006 for changes of ${listOf(names(refused))}; reading works`
      const seen = { code: 'role_too_narrow', certainty: 'proven' } as const
      yield await explainRole(examination, observed, seen)
    }
    const codes = new Set<string>()
    for (const { outcome } of others) {
      if (outcome === 'allowed' || codes.has(outcome.code)) continue
      codes.add(outcome.code)
      yield outcome instanceof ApiError ? fromError(outcome) : explainFailure(examination, outcome)
    }
    if (refused.length + others.length === 0) {
      yield ok(`Changes are allowed of ${listOf(names(outcomes))}; none was made.`)
    }
    return refused.length + others.length === 0
  },
}

function wantedResources(examination: Examination): readonly Resource[] {
  const { kind, wants } = examination
  const granted = kind === 'api-token' ? wants : examination.known('token').scopes
  return resources.filter(
    (resource) =>
      resource.write !== undefined &&
      isWriteWanted(resource, wants) &&
      scopeCovers(granted, `${resource.scope}.manage`),
  )
}

async function tryWrite(examination: Examination, { write }: Resource): Promise<Outcome> {
  const { signal, timeoutMs } = examination
  const limits = { signal, timeoutMs, maxAttempts: 1, retryable: false }
  try {
    await examination
      .known('client')
      .request({ ...write, path: write?.path ?? '', body: {}, ...limits })
    return 'allowed'
  } catch (error) {
    if (error instanceof ApiError) return error.code === 'request_refused' ? 'allowed' : error
    if (error instanceof UpstreamError) return error
    throw error
  }
}

function isRoleRefusal(outcome: Outcome): boolean {
  return outcome instanceof ApiError && outcome.code === 'role_insufficient'
}
