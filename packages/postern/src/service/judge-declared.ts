/** @module Judges the sinks and feeds of a configuration file as the API judges them, before anything is opened. */

import type { DeclaredFeed, DeclaredSink } from '../config/file/declared.ts'
import type { DeclarationJudges } from '../config/file/parse.ts'
import { type MemberProblem, MemberProblems } from '../config/member-problem.ts'
import { parseOwnName } from '../config/own-name.ts'
import { judgeInput, judgeSchedule, judgeSettings } from '../feeds/judge-feed.ts'
import { judgeSink } from '../feeds/judge-sink.ts'
import { getSinkKind } from '../sinks/registry.ts'

/** The judges of what a file declares. What only an open store knows, they leave to it: whether a name stands for something. */
export const declarationJudges: DeclarationJudges = {
  sink: judgeDeclaredSink,
  feed: judgeDeclaredFeed,
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
