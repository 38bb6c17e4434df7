/** @module Judges the members of a feed: everything that is wrong with them is told at once. */

import { getInput, type Input } from '@postern/core'
import type { FeedChangeMembers, FeedMembers } from '../config/feed-members.ts'
import type { MemberProblems } from '../config/member-problem.ts'
import { type Cron, parseCron } from '../jobs/cron.ts'
import { sinkKinds } from '../sinks/registry.ts'
import type { SinkKind } from '../sinks/sink.ts'
import type { FeedSettings } from '../store/feed-values.ts'
import { findSink } from '../store/sinks.ts'
import type { Store } from '../store/store.ts'
import { sinkNotFound } from './sink-refusals.ts'

const ANY_CRON = '0 0 * * *'
const DEFAULT_TIMEZONE = 'UTC'

/** The input of a name. */
export function judgeInput(name: string, problems: MemberProblems): Input | undefined {
  return problems.read('input', () => getInput(name))
}

/** A schedule, normalised. */
export function judgeSchedule(
  { cron, timezone = DEFAULT_TIMEZONE }: Pick<FeedMembers, 'cron' | 'timezone'>,
  problems: MemberProblems,
): { readonly cron: Cron | undefined; readonly timezone: string } {
  const zone = problems.read('timezone', () => parseCron(ANY_CRON, timezone).timezone)
  if (zone === undefined) return { cron: undefined, timezone }
  if (cron === undefined) return { cron: undefined, timezone: zone }
  return { cron: problems.read('cron', () => parseCron(cron, zone)), timezone: zone }
}

const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/

/** What can be chosen, where the input has it. @param now - the org's time */
export function judgeSettings(
  members: Pick<FeedMembers, 'since' | 'sweepHours' | 'verify'>,
  input: Input | undefined,
  now: Date,
  problems: MemberProblems,
): FeedSettings {
  const { since, sweepHours, verify } = members
  const isLog = input?.mirrored === undefined
  if (input !== undefined) {
    const strange = isLog ? { sweepHours } : { since, verify }
    for (const [member, value] of Object.entries(strange)) {
      if (value === undefined) continue
      problems.add(member, {
        code: 'feed_invalid',
        message: `${input.title} has no ${member}.`,
        remedy: 'Leave it out.',
      })
    }
  }
  return {
    ...(since === undefined ? {} : { since: judgeSince(since, now, problems) }),
    ...(sweepHours === undefined ? {} : { sweepHours }),
    ...(verify === undefined ? {} : { verify }),
  }
}

function judgeSince(text: string, now: Date, problems: MemberProblems): string {
  if (text.trim() === 'now') return now.toISOString()
  const at = INSTANT.test(text.trim()) ? new Date(text.trim()) : undefined
  if (at !== undefined && !Number.isNaN(at.getTime())) return at.toISOString()
  problems.add('since', {
    code: 'feed_invalid',
    message: 'The time of since cannot be read.',
    remedy: 'Write a time such as 2027-01-31T08:00:00Z, a day such as 2027-01-31, or now.',
  })
  return now.toISOString()
}

/** The kinds that are named in the place of a sink and have to be kept as one. */
export async function judgeSinks(
  names: readonly string[],
  store: Store,
  problems: MemberProblems,
): Promise<readonly SinkKind[]> {
  const plain: SinkKind[] = []
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) {
      problems.add(`sinks[${index}]`, {
        code: 'feed_invalid',
        message: 'The sink is named twice.',
        remedy: 'Name it once.',
      })
    } else if ((await findSink(store, name)) === undefined) {
      const kind = sinkKinds.find((one) => one.name === name && needsNothing(one))
      if (kind === undefined) problems.add(`sinks[${index}]`, sinkNotFound())
      else plain.push(kind)
    }
  }
  return plain
}

function needsNothing({ settings, secrets }: SinkKind): boolean {
  const needsSecret = Object.values(secrets).some(({ required }) => required)
  return !needsSecret && settings.safeParse({}).success
}

/** What a change says of the parts that make a feed what it is. */
export function fixedMembers(
  change: FeedChangeMembers,
  is: { readonly connection: string; readonly input: string; readonly since: string | undefined },
): readonly string[] {
  const names = ['connection', 'input', 'since'] as const
  return names.filter((name) => {
    const given = change[name]
    if (given === undefined || given === is[name]) return false
    return name !== 'since' || new Date(given).getTime() !== new Date(is.since ?? '').getTime()
  })
}
