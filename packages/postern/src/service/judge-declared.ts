/** @module Judges the sinks, feeds, actions and sign-in of a configuration file as the API judges them, before anything is opened. */

import { ActionError, declareAction } from '@postern/core'
import { declarationOf } from '../config/action-declaration.ts'
import type {
  DeclaredAction,
  DeclaredFeed,
  DeclaredSignIn,
  DeclaredSink,
} from '../config/file/declared.ts'
import type { DeclarationJudges } from '../config/file/parse.ts'
import { type MemberProblem, MemberProblems } from '../config/member-problem.ts'
import { parseOwnName } from '../config/own-name.ts'
import { judgeInput, judgeSchedule, judgeSettings } from '../feeds/judge-feed.ts'
import { judgeSink } from '../feeds/judge-sink.ts'
import { parseIssuer } from '../server/console/issuer.ts'
import { getSinkKind } from '../sinks/registry.ts'

/** The judges of what a file declares. What only an open store knows, they leave to it: whether a name stands for something. */
export const declarationJudges: DeclarationJudges = {
  sink: judgeDeclaredSink,
  feed: judgeDeclaredFeed,
  signIn: judgeDeclaredSignIn,
  action: judgeDeclaredAction,
}

function judgeDeclaredSink({
  name,
  kind: kindName,
  settings,
  secrets,
}: DeclaredSink): readonly MemberProblem[] {
  const problems = new MemberProblems()
  problems.read('name', () => parseOwnName(name, 'sink'))
  const kind = problems.read('kind', () => getSinkKind(kindName))
  if (kind !== undefined) judgeSink(kind, settings, Object.keys(secrets), problems)
  return problems.all
}

function judgeDeclaredFeed({ name, members }: DeclaredFeed): readonly MemberProblem[] {
  const problems = new MemberProblems()
  problems.read('name', () => parseOwnName(name, 'feed'))
  const input = judgeInput(members.input, problems)
  judgeSchedule(members, problems)
  judgeSettings(members, input, new Date(0), problems)
  return problems.all
}

function judgeDeclaredSignIn(signIn: DeclaredSignIn): readonly MemberProblem[] {
  const { issuer, clientSecret, key, scopes, groups, people } = signIn
  const problems = new MemberProblems()
  // Whether one on this machine is taken is known to the server that starts.
  problems.read('issuer', () => parseIssuer(issuer, { dev: true }))
  const code = 'sign_in_invalid'
  if ((clientSecret === undefined) === (key === undefined))
    problems.add('clientSecret', {
      code,
      message:
        key === undefined ? 'There is no clientSecret and no key.' : 'There are two credentials.',
      remedy: 'Give clientSecret, or key in its place, as a reference.',
    })
  if (!scopes.includes('openid'))
    problems.add('scopes', {
      code,
      message: 'openid is not among the scopes.',
      remedy: 'Add openid, or leave scopes out.',
    })
  if (groups.size === 0 && people.size === 0)
    problems.add('groups', {
      code,
      message: 'No group and no person may do anything, so nobody could sign in.',
      remedy: 'Name a group of the provider under groups, and give it rules.',
    })
  return problems.all
}

function judgeDeclaredAction({ name, members }: DeclaredAction): readonly MemberProblem[] {
  try {
    declareAction({ ...declarationOf(members).declaration, name })
    return []
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    const { code, remedy, details } = error
    const problems = details['problems'] as readonly DeclarationProblem[]
    return problems.map(({ path, observed: message }) => ({ path, code, message, remedy }))
  }
}

/** As the error of a declaration tells it. */
interface DeclarationProblem {
  readonly path: string
  readonly observed: string
}
