/** @module Whether the connection may change what it is for: asked with requests that are refused in every case, so that nothing changes. */

import { ApiError } from '../../org/errors.ts'
import type { OrgRequest } from '../../org/request.ts'
import { UpstreamError } from '../../transport.ts'
import { scopeCovers } from '../../url/scopes.ts'
import type { Check } from '../check.ts'
import type { Examination } from '../examination.ts'
import { explainFailure } from '../failures.ts'
import { fromError, information, ok } from '../finding.ts'
import { isWriteWanted, type Resource, resources } from '../resources.ts'
import { explainRole } from '../roles.ts'
import { listOf } from '../words.ts'

/** What came of trying: allowed as a whole, the smaller change alone, or why not. */
type Outcome = 'allowed' | 'lesser' | ApiError | UpstreamError

interface Tried {
  readonly resource: Resource
  readonly outcome: Outcome
}

// The body is refused, or what it is about is not there: whether one may ask comes before both.
const ALLOWING_REFUSALS: readonly string[] = ['request_refused', 'object_not_found']

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
    const tried = await Promise.all(
      wanted.map(async (resource): Promise<Tried> => {
        return { resource, outcome: await tryWrites(examination, resource) }
      }),
    )
    const refused = tried.filter(({ outcome }) => isRoleRefusal(outcome))
    const failures = new Map(
      tried.flatMap(({ outcome }) =>
        typeof outcome === 'string' || isRoleRefusal(outcome) ? [] : [[outcome.code, outcome]],
      ),
    )
    if (refused.length > 0) {
      const observed = `403 E0000006 for changes of ${namesOf(refused)}; reading works`
      const seen = { code: 'role_too_narrow', certainty: 'proven' } as const
      yield await explainRole(examination, observed, seen)
    }
    for (const error of failures.values()) {
      yield error instanceof ApiError ? fromError(error) : explainFailure(examination, error)
    }
    for (const { resource, outcome } of tried) {
      if (outcome !== 'lesser') continue
      const { name, lesserWrite } = resource
      const observed = `The admin role allows changes of ${lesserWrite?.what}, and not of ${name} themselves.`
      yield information('role_allows_less', observed)
    }
    const allowed = tried.filter(({ outcome }) => outcome === 'allowed')
    if (allowed.length > 0) yield ok(`Changes are allowed of ${namesOf(allowed)}; none was made.`)
    return refused.length + failures.size === 0
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

async function tryWrites(examination: Examination, resource: Resource): Promise<Outcome> {
  const { write, lesserWrite } = resource
  if (write === undefined) return 'allowed'
  const outcome = await tryWrite(examination, { ...write, body: {} })
  if (lesserWrite === undefined || !isRoleRefusal(outcome)) return outcome
  const { method, path } = lesserWrite
  return (await tryWrite(examination, { method, path })) === 'allowed' ? 'lesser' : outcome
}

/** Sends a request that the org refuses in every case, and reads from the refusal whether the role would allow it. */
async function tryWrite(
  examination: Examination,
  request: Pick<OrgRequest, 'method' | 'path' | 'body'>,
): Promise<Exclude<Outcome, 'lesser'>> {
  const { signal, timeoutMs } = examination
  const limits = { signal, timeoutMs, maxAttempts: 1, retryable: false }
  try {
    await examination.known('client').request({ ...request, ...limits })
    return 'allowed'
  } catch (error) {
    if (error instanceof UpstreamError) return error
    if (!(error instanceof ApiError)) throw error
    return ALLOWING_REFUSALS.includes(error.code) ? 'allowed' : error
  }
}

function namesOf(tried: readonly Tried[]): string {
  return listOf(tried.map(({ resource }) => resource.name))
}

function isRoleRefusal(outcome: Outcome): boolean {
  return outcome instanceof ApiError && outcome.code === 'role_insufficient'
}
