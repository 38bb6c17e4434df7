/** @module Whether an Okta org answers at the org URL. */

import { membersOf, textOf } from '../../org/members.ts'
import type { PublicDocument } from '../../org/public-document.ts'
import { UpstreamError } from '../../transport.ts'
import type { OrgUrl } from '../../url/org.ts'
import type { Check } from '../check.ts'
import { fromError, information, type Observation, ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { rateLimitProblem } from '../rate-limit-problem.ts'
import { quote } from '../words.ts'

/** The document that every Okta org shows to everybody. */
export const ORGANIZATION_PATH = '/.well-known/okta-organization'

/**
 * Asks the org who it is, without a credential.
 *
 * @see okta/terraform-provider-okta, recordings - `/.well-known/okta-organization`
 */
export const reachableCheck: Check = {
  name: 'reachable',
  question: 'Does an Okta org answer at this URL?',
  needs: ['org-url'],
  async *run(examination) {
    const org = examination.known('org')
    try {
      const answer = await examination.readPublicDocument(`${org}${ORGANIZATION_PATH}`)
      const trouble = judgeAnswer(org, answer)
      if (trouble !== undefined) {
        yield trouble
        return false
      }
      yield* describeOrg(org, answer)
      return true
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      yield explainLoss(org, error)
      return false
    }
  },
}

function judgeAnswer(org: OrgUrl, answer: PublicDocument): Observation | undefined {
  const { status, headers, bytes, json } = answer
  const { host } = new URL(org)
  const type = headers.get('content-type') ?? ''
  if (status === 429) return rateLimitProblem(`${host} answered 429`, headers)
  if (status >= 500) {
    const error = new UpstreamError('upstream_unavailable', `${host} answered ${status}.`, {
      remedy: 'Look at status.okta.com, and try again in a few minutes.',
      details: { status },
    })
    return fromError(error)
  }
  if (status >= 300 && status < 400) return redirected(host, answer)
  if (status === 404) {
    const observed = `${host} answered 404: there is no Okta org of this name.`
    return problem('org_url_no_org', observed, { certainty: 'likely', details: { status } })
  }
  if (status === 200 && json && textOf(json, 'id') !== undefined) return undefined
  const what = /html/i.test(type)
    ? 'with a web page'
    : /json/i.test(type)
      ? `with JSON that is broken or no organization (${bytes} bytes)`
      : `with ${bytes} bytes that are no JSON`
  return problem('org_not_answering_json', `${host} answered ${status} ${what}.`, {
    details: { status },
  })
}

function redirected(host: string, { status, headers }: PublicDocument): Observation {
  const location = headers.get('location') ?? ''
  const target = URL.canParse(location) ? ` to ${quote(new URL(location).host)}` : ''
  const error = new UpstreamError(
    'upstream_redirect_refused',
    `${host} answered ${status}, a redirect${target}.`,
    {
      remedy:
        'Enter the URL that the org itself answers at: sign in with a browser and copy its host. Redirects are not followed.',
      details: { status },
    },
  )
  return fromError(error)
}

function* describeOrg(org: OrgUrl, { json = {} }: PublicDocument): Generator<Observation> {
  const engine = textOf(json, 'pipeline') === 'v1' ? 'Classic Engine' : 'Identity Engine'
  const id = textOf(json, 'id') ?? ''
  yield ok(`${new URL(org).host} is an Okta org: ${quote(id)}, ${engine}.`)
  const canonical = textOf(membersOf(membersOf(json, '_links'), 'organization'), 'href')
  if (canonical === undefined || !URL.canParse(canonical)) return
  const { origin } = new URL(canonical)
  if (origin === org) return
  const observed = `${new URL(org).host} is a custom domain of ${quote(origin)}; everything goes through the custom domain.`
  yield information('org_url_custom_domain_used', observed, { organization: origin })
}

/** DNS has a name of its own among the ways not to reach a host. */
function explainLoss(org: OrgUrl, error: UpstreamError): Observation {
  const { reason } = error.details
  if (reason !== 'ENOTFOUND') return fromError(error)
  const observed = `DNS does not know ${new URL(org).host}.`
  return problem('org_url_no_org', observed, { certainty: 'likely', details: { reason } })
}
