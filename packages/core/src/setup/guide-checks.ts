/** @module What can be seen from outside of each step of a guide. */

import { PosternError } from '../error.ts'
import { requireMembers, textOf } from '../org/members.ts'
import type { Org } from '../org/org.ts'
import { isOktaOrg } from '../org/public-org.ts'
import { TokenError } from '../token/errors.ts'
import type { Token } from '../token/token.ts'
import { scopeCovers } from '../url/scopes.ts'
import type { GuideAnswers, GuideContext, GuideOptions, GuideOutcome } from './guide.ts'
import { readProof } from './prove.ts'

// The details of a refused token that say that the client itself is not known.
const UNKNOWN_CLIENT = ['issuer', 'subject', 'client ID']

/** Whether there is an Okta org behind the URL. */
export function checkOrg({ org }: GuideAnswers, context: GuideContext): Promise<GuideOutcome> {
  return outcomeOf(async () => {
    if (org === undefined) return todo('There is no org URL yet.', 'Enter the domain of your org.')
    const { transport, signal } = context
    if (await isOktaOrg(org, { transport, signal })) return done(`${org} is an Okta org.`)
    return todo(`${org} does not answer as an Okta org does.`, 'Check the spelling of the domain.')
  })
}

/** Whether the org knows the client. */
export function checkClient(answers: GuideAnswers, context: GuideContext): Promise<GuideOutcome> {
  return checkToken(answers, context, ['okta.users.read'], ({ error }) =>
    isUnknownClient(error)
      ? todo(error.message, error.remedy)
      : done(`The org knows the client ${answers.clientId ?? ''}.`),
  )
}

/** Whether the org takes assertions that are signed with the key. */
export function checkKey(answers: GuideAnswers, context: GuideContext): Promise<GuideOutcome> {
  return checkToken(answers, context, ['okta.users.read'], ({ error, token }) => {
    // Scopes are judged after the client: whoever is refused for them has shown the right key.
    if (error !== undefined && !error.code.startsWith('scope_')) {
      return todo(error.message, error.remedy)
    }
    const bound =
      token?.type === 'DPoP' ? ' The app requires DPoP, which Postern does by itself.' : ''
    return done(`The org takes the key ${context.key?.kid ?? ''}.${bound}`)
  })
}

/** Whether every scope is granted. */
export function checkScopes(
  answers: GuideAnswers,
  context: GuideContext,
  { scopes }: GuideOptions,
): Promise<GuideOutcome> {
  return checkToken(answers, context, scopes, ({ error, token }) => {
    if (error !== undefined) return todo(error.message, error.remedy)
    const granted = token?.scopes ?? []
    const missing = scopes.filter((scope) => !scopeCovers(granted, scope))
    if (missing.length === 0) return done(`Granted: ${scopes.join(', ')}.`)
    const names = missing.join(', ')
    return todo(`Not granted yet: ${names}.`, `Grant ${names} on the Okta API Scopes tab.`)
  })
}

/** Whether the app can read, which a role alone allows. */
export function checkRoles(
  answers: GuideAnswers,
  context: GuideContext,
  { scopes, roles }: GuideOptions,
): Promise<GuideOutcome> {
  return outcomeOf(async () => {
    const org = openApp(answers, context, scopes)
    if (org === undefined) return nothingToAsk
    const { read } = await readProof(org, { scopes, roles, signal: context.signal })
    if (read === undefined) return unknown('None of the scopes allows a read that would show it.')
    return done(`${read.path} gave ${read.records} of its records.`)
  })
}

/** Whether an API token is good, and whose it is. */
export function checkApiToken(
  { org, apiToken }: GuideAnswers,
  { openOrg, signal }: GuideContext,
): Promise<GuideOutcome> {
  return outcomeOf(async () => {
    if (org === undefined || apiToken === undefined) return nothingToAsk
    const client = openOrg(org, { kind: 'api-token', apiToken })
    const owner = requireMembers(
      (await client.request({ path: '/api/v1/users/me', signal, maxAttempts: 1 })).json(),
      'the owner',
    )
    return done(`The token is good; its owner has the id ${textOf(owner, 'id') ?? ''}.`)
  })
}

/** Where only the person can tell. */
export async function onlyYouCanTell(): Promise<GuideOutcome> {
  return unknown('This cannot be seen from here; the next steps show whether it is done.')
}

const nothingToAsk = todo(
  'The org URL and the Client ID are needed first.',
  'Go back to those steps.',
)

interface TokenAnswer {
  readonly token?: Token
  readonly error?: TokenError
}

/** Asks for a token, and judges what came of it. What stands between here and the org is not the step's fault. */
function checkToken(
  answers: GuideAnswers,
  context: GuideContext,
  scopes: readonly string[],
  judge: (answer: TokenAnswer) => GuideOutcome,
): Promise<GuideOutcome> {
  return outcomeOf(async () => {
    const org = openApp(answers, context, scopes)
    if (org === undefined) return nothingToAsk
    try {
      const url = `${org.url}/api/v1/users`
      const { token } = await org.authorizer.authorize({
        method: 'GET',
        url,
        signal: context.signal,
      })
      return judge(token === undefined ? {} : { token })
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      return judge({ error })
    }
  })
}

function openApp(
  { org, clientId }: GuideAnswers,
  { openOrg, key }: GuideContext,
  scopes: readonly string[],
): Org | undefined {
  if (org === undefined || clientId === undefined || key === undefined) return undefined
  return openOrg(org, { kind: 'service-app', clientId, key, scopes })
}

function isUnknownClient(error: TokenError | undefined): error is TokenError {
  return UNKNOWN_CLIENT.includes(String(error?.details['detail']))
}

async function outcomeOf(look: () => Promise<GuideOutcome>): Promise<GuideOutcome> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    return todo(error.message, error.remedy)
  }
}

function done(observed: string): GuideOutcome {
  return { status: 'done', observed }
}

function todo(observed: string, remedy: string): GuideOutcome {
  return { status: 'todo', observed, remedy }
}

function unknown(observed: string): GuideOutcome {
  return { status: 'unknown', observed }
}
