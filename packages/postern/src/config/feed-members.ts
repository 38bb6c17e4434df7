/** @module A feed as JSON: the members of the API's body, of a file and of the command line. */

import { z } from 'zod'

const MAX_SINKS = 16
const MAX_SWEEP_HOURS = 24 * 31

const text = (maxCharacters: number) => z.string().max(maxCharacters)

const sinks = z
  .array(text(200))
  .min(1)
  .max(MAX_SINKS)
  .describe('Names of sinks; a kind that needs no settings can stand in the place of one.')

/** What can be changed later. */
const changeable = {
  cron: text(200).describe(
    'When it runs: five fields such as `*/15 * * * *`, or `@hourly`, `@daily` …; without it, when somebody says so.',
  ),
  timezone: text(64).describe(
    'An IANA name such as Europe/Berlin, in which cron is meant; default UTC.',
  ),
  missed: z
    .enum(['run', 'skip'])
    .describe(
      'Whether a run whose time passed while nothing was running is made up for (default), once.',
    ),
  sweepHours: z
    .number()
    .min(1)
    .max(MAX_SWEEP_HOURS)
    .describe('Copies of objects: hours between two complete reads; default 24.'),
  verify: z
    .boolean()
    .describe(
      'The System Log: whether what was delivered is compared with the org every night; default true.',
    ),
}

const since = text(64).describe(
  'The System Log: where it begins, ISO 8601 or `now`; default: as far back as Okta keeps events, 90 days.',
)

/** The members of a new feed. Each text is judged later, with all others, so that every problem is told at once. */
export const feedMembers = z.strictObject({
  name: text(200).describe('Lower-case letters, digits and hyphens.'),
  connection: text(200).describe('The name of a connection.'),
  input: text(64).describe(
    'What is read: users, groups, group-members, apps, app-assignments or system-log.',
  ),
  sinks,
  ...z.strictObject({ ...changeable, since }).partial().shape,
  paused: z.boolean().optional().describe('Whether it waits for a resume before its first run.'),
})

/** What a preview of a feed that nobody has added is about. */
export const feedPreviewMembers = feedMembers.pick({ connection: true, input: true, since: true })

/** The members of a change. What is left out stays; `null` takes the default again. */
export const feedChangeMembers = z.strictObject({
  sinks: sinks.optional(),
  cron: changeable.cron.nullable().optional(),
  timezone: changeable.timezone.nullable().optional(),
  missed: changeable.missed.nullable().optional(),
  sweepHours: changeable.sweepHours.nullable().optional(),
  verify: changeable.verify.nullable().optional(),
  connection: text(200).optional().describe('Only as it is: another one makes another feed.'),
  input: text(64).optional().describe('Only as it is: another one makes another feed.'),
  since: text(64).optional().describe('Only as it is: another one makes another feed.'),
})

/** A new feed as JSON. */
export type FeedMembers = z.output<typeof feedMembers>

/** A feed that nobody has added, as far as a preview goes by it. */
export type FeedPreviewMembers = z.output<typeof feedPreviewMembers>

/** A change of a feed as JSON. */
export type FeedChangeMembers = z.output<typeof feedChangeMembers>
