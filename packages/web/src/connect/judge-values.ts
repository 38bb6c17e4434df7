/** @module Judges every value of a draft as the server will, by the same functions. */

import {
  checkApiToken,
  checkAssertionOptions,
  checkAssertionParameter,
  formatScopes,
  type OrgUrl,
  parseClientId,
  parseOrgUrl,
  parseScopes,
  Secret,
  scopeBundles,
  secretLookAlike,
  tokenRequestHeaders,
  tokenUrl,
  validateKid,
} from '@postern/core'
import { type Judgement, judge, judgeText, notesOf } from '../judgement.ts'
import { type Problem, worded } from '../problem.ts'
import { texts as words } from '../texts.ts'
import type { Method, Session } from './answers.ts'
import { type Draft, filledRows, type OrgAnswer, type Row } from './draft.ts'
import { isOfMethod, jsonOf, orgOf } from './members.ts'

/** The fields of the form in the order a person meets them, each judged. */
export type Judgements = ReadonlyMap<string, Judgement>

const ORDER = [
  'orgUrl',
  'apiToken',
  'clientId',
  'key',
  'keyId',
  'scopes',
  'description',
  'jwtAlg',
  'jwtExpirySeconds',
  'jwtIssuer',
  'jwtSubject',
  'jwtAudience',
  'tokenUrl',
  'assertionKey',
  'jwtClaims',
  'headers',
  'keys',
  'jwksUrl',
  'dpop',
]

// Only these may be good to the server where they are not to core: what it allows is its operator's choice.
const ASKABLE: ReadonlySet<string> = new Set([
  'org_url_not_okta_domain',
  'org_url_ip_literal',
  'org_url_scheme',
  'org_url_port',
])

/** Judges what may be filled in, for the chosen method. What the server refused stays refused until it is changed. */
export function judgeValues(draft: Draft, session: Session): Judgements {
  const judged = new Map<string, Judgement>()
  for (const member of fieldsOf(session, draft.method)) {
    const refused = draft.refused.find((problem) => problem.member === member)
    const state: Judgement = refused
      ? { is: 'bad', problem: worded(refused) }
      : judgeMember(member, draft, session)
    const isMissing = draft.wasHeld && state.is === 'blank' && isRequired(member)
    judged.set(member, isMissing ? { is: 'bad', problem: missing(member) } : state)
  }
  return judged
}

/** The members that a person may fill in for a method, in the order of the form. */
function fieldsOf({ fields }: Session, method: Method): readonly string[] {
  const open: readonly string[] = fields
  return ORDER.filter((member) => open.includes(member) && isOfMethod(member, method))
}

/** What keeps the values from being tried: what is bad, and what is missing. */
export function problemsOf(judgements: Judgements): ReadonlyMap<string, Problem> {
  const problems = new Map<string, Problem>()
  for (const [member, judgement] of judgements) {
    if (judgement.is === 'bad') problems.set(member, judgement.problem)
    if (judgement.is === 'blank' && isRequired(member)) problems.set(member, missing(member))
  }
  return problems
}

/** Whether a field has to be filled in. */
export function isRequired(member: string): member is keyof typeof words.form.blank {
  return Object.hasOwn(words.form.blank, member) && member !== 'message'
}

function isAskable(problem: Problem): boolean {
  return ASKABLE.has(problem.code)
}

/** The problem of a value that is required and blank. */
export function missing(member: keyof typeof words.form.blank): Problem {
  const { blank } = words.form
  return { code: 'value_missing', message: blank.message, remedy: blank[member] }
}

function judgeMember(member: string, draft: Draft, { given, jwksUrl }: Session): Judgement {
  const { texts, rows } = draft
  switch (member) {
    case 'orgUrl':
      return judgeOrgUrl({
        text: texts.orgUrl,
        org: draft.org,
        isAsked: draft.left.has('orgUrl') || draft.wantsTry,
      })
    case 'clientId':
      return judgeClientId(texts.clientId)
    case 'key':
      return judgeKey(draft)
    case 'keyId':
      return judgeKeyId(texts.keyId, draft.key)
    case 'apiToken':
      return judgeApiToken(draft)
    case 'scopes':
      return judgeScopes(texts.scopes, draft.authorizationServerId !== undefined)
    case 'description':
      return judgeDescription(texts.description)
    case 'jwtAlg':
      return judgeAlg(texts.jwtAlg, draft.key)
    case 'jwtExpirySeconds':
      return judgeText(texts.jwtExpirySeconds, (text) => ({
        notes: notesOf(checkAssertionOptions({ lifetimeSeconds: wholeNumber(text) })),
      }))
    case 'jwtIssuer':
      return judgeText(texts.jwtIssuer, (issuer) => ({
        notes: notesOf(checkAssertionOptions({ issuer: issuer.trim() })),
      }))
    case 'jwtSubject':
      return judgeText(texts.jwtSubject, (subject) => ({
        notes: notesOf(checkAssertionOptions({ subject: subject.trim() })),
      }))
    case 'tokenUrl':
      return judgeTokenUrl(
        draft.authorizationServerId,
        orgOf(given.orgUrl ?? texts.orgUrl, draft.org),
      )
    case 'assertionKey':
      return judgeText(texts.assertionKey, (name) =>
        checked(() => checkAssertionParameter(name.trim())),
      )
    case 'jwtClaims':
      return judgeRows(rows.jwtClaims, (claims) => {
        const values = Object.entries(claims).map(([name, value]) => [name, jsonOf(value)])
        return checkAssertionOptions({ additionalClaims: Object.fromEntries(values) })
      })
    case 'headers':
      return judgeRows(rows.headers, (headers) => tokenRequestHeaders(headers))
    case 'jwksUrl': {
      const isMissing = texts.keys === 'url' && texts.jwksUrl.trim() === '' && jwksUrl === null
      const { message } = words.form.blank
      const { missing: remedy } = words.form.advanced.jwksUrl
      const problem = { code: 'value_missing', message, remedy }
      return isMissing ? { is: 'bad', problem } : { is: 'blank' }
    }
    default:
      return { is: 'blank' }
  }
}

/**
 * Judges the URL of an org by core, and by what the server said of it.
 *
 * @param of.isAsked - whether nobody types on, so that the server is asked about what core refuses.
 */
export function judgeOrgUrl({
  text,
  org,
  isAsked,
}: {
  readonly text: string
  readonly org: OrgAnswer | undefined
  readonly isAsked: boolean
}): Judgement {
  const { orgUrl: form } = words.form
  const judged = judgeText(text, () => {
    const parsed = parseOrgUrl(text)
    return { echo: form.echo(parsed.org), notes: notesOf(parsed.warnings) }
  })
  const answer = org?.text === text ? org : undefined
  if (judged.is === 'blank') return judged
  if (judged.is === 'bad' && !isAskable(judged.problem)) return judged
  if (answer?.problem !== undefined) return { is: 'bad', problem: answer.problem }
  if (answer?.judged === undefined) {
    if (judged.is === 'good' || answer !== undefined) return judged
    return isAsked ? { is: 'asked', note: form.asking } : { is: 'good', notes: [] }
  }
  const { orgUrl, warnings, isOrg } = answer.judged
  return {
    is: 'good',
    echo: form.echo(orgUrl),
    notes: [...notesOf(warnings), ...(isOrg ? [] : [form.noOrg])],
  }
}

function judgeKey({ key, wasHeld }: Draft): Judgement {
  switch (key.at) {
    case 'none':
    case 'cleared':
      return { is: 'blank' }
    case 'kept':
    case 'understood':
      return { is: 'good', notes: [] }
    case 'entering':
    case 'checking':
      return { is: 'asked', note: words.form.key.checking }
    case 'locked':
      if (key.problem !== undefined) return { is: 'bad', problem: key.problem }
      // It is asked for at the key itself.
      return wasHeld ? { is: 'bad', problem: lockedProblem() } : { is: 'blank' }
    case 'set':
    case 'refused':
      return { is: 'bad', problem: key.problem }
  }
}

function lockedProblem(): Problem {
  const message = words.form.key.encrypted
  return worded({ code: 'key_encrypted', message, remedy: '' })
}

function judgeKeyId(text: string, key: Draft['key']): Judgement {
  const isDerived = key.at === 'understood' && !key.key.kidGiven
  if (text.trim() === '' && isDerived) return { is: 'good', notes: [words.form.keyId.derived] }
  return judgeText(text, (keyId) => checked(() => validateKid(keyId.trim())))
}

/** Judges a client ID, and says it back where something around it was removed. */
export function judgeClientId(text: string): Judgement {
  return judgeText(text, () => {
    const { clientId, warnings } = parseClientId(text)
    return { notes: notesOf(warnings), ...(clientId === text.trim() ? {} : { echo: clientId }) }
  })
}

function judgeDescription(text: string): Judgement {
  const lookAlike = secretLookAlike(text)
  if (lookAlike === undefined) return { is: 'blank' }
  const { wrong, remedy } = words.form.description
  const problem = { code: 'description_looks_wrong', message: wrong(lookAlike), remedy }
  return { is: 'bad', problem }
}

function judgeAlg(alg: string, key: Draft['key']): Judgement {
  const isFitting = key.at !== 'understood' || key.algs.some((fitting) => fitting === alg)
  if (alg === '' || isFitting) return { is: 'blank' }
  const { advanced } = words.form
  const message = advanced.jwtAlg.misfit(alg, key.algs.join(', '))
  return { is: 'bad', problem: worded({ code: 'key_alg_mismatch', message, remedy: '' }) }
}

function judgeApiToken({ apiToken }: Draft): Judgement {
  if (apiToken === 'kept') return { is: 'good', notes: [] }
  if (!(apiToken instanceof Secret)) return { is: 'blank' }
  return judge(() => checked(() => checkApiToken({ kind: 'api-token', apiToken })))
}

function judgeScopes(text: string, customAuthorizationServer: boolean): Judgement {
  if (text.trim() === '' && !customAuthorizationServer) return { is: 'blank' }
  return judge(() => {
    const { scopes, warnings } = parseScopes(expandBundle(text), { customAuthorizationServer })
    return { echo: words.form.scopes.echo(scopes.length), notes: notesOf(warnings) }
  })
}

/** The scopes of a bundle where the text is the name of one. */
function expandBundle(text: string): string {
  const bundles: Readonly<Record<string, { readonly scopes: readonly string[] }>> = scopeBundles
  const name = text.trim()
  return Object.hasOwn(bundles, name) ? formatScopes(bundles[name]?.scopes ?? []) : text
}

// An id is judged before the org is known.
const EXAMPLE = parseOrgUrl('https://example.okta.com').org

function judgeTokenUrl(id: string | undefined, org: OrgUrl | undefined): Judgement {
  if (id === undefined) return { is: 'blank' }
  return judge(() => {
    const url = tokenUrl(org ?? EXAMPLE, id.trim())
    return org === undefined ? undefined : { echo: url }
  })
}

function judgeRows(
  entered: readonly Row[],
  check: (values: Readonly<Record<string, string>>) => unknown,
): Judgement {
  const rows = filledRows(entered)
  if (rows.length === 0) return { is: 'blank' }
  const names = rows.map(({ name }) => name.trim())
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (names.includes('') || twice !== undefined) {
    const { message, remedy } = words.form.row
    const problem = { code: 'row_name', message, remedy }
    return { is: 'bad', problem }
  }
  const values = Object.fromEntries(rows.map(({ name, value }) => [name.trim(), value]))
  return judge(() => checked(() => check(values)))
}

/** Of a check that has nothing to say but its refusal. */
function checked(check: () => unknown): undefined {
  check()
  return undefined
}

/** Plain digits only: `1e2` and `0x10` are numbers to JavaScript, and a slip to whoever typed them. */
function wholeNumber(text: string): number {
  return /^[0-9]{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN
}
