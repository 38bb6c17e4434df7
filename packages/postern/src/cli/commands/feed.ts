/** @module `postern feed`: what is kept of feeds. */

import { formatCountOf } from '../count.ts'
import { formatDuration } from '../duration.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printList } from '../list-output.ts'
import { openApi } from '../open-api.ts'
import { formatFields, printData, tell } from '../output.ts'
import { describeState, type Feed, formatFeed, routeOf } from './feed-output.ts'

/** The arguments and flags of `feed add`, as they were typed. */
export interface FeedFlags {
  readonly name: string
  readonly connection?: string
  readonly input?: string
  readonly sink?: readonly string[]
  readonly cron?: string
  readonly timezone?: string
  readonly since?: string
  readonly missed?: string
  readonly sweepHours?: string
  readonly verify?: boolean
  readonly paused?: true
  readonly plan?: true
}

/** What adding a feed comes to. */
interface Plan {
  readonly nextRuns: readonly string[]
  readonly estimate: {
    readonly from?: string
    readonly records?: number
    readonly calls?: number
    readonly seconds?: number
    readonly basis: string
  }
}

/** Keeps a feed and shows it; with `--plan`, what it would come to. */
export async function addFeed(
  flags: FeedFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { plan, verify, connection, input, name, since, paused } = flags
  const body = {
    ...{ name, connection, input, since, paused },
    ...scheduleOf(flags),
    ...(verify === false ? { verify } : {}),
  }
  await using api = await openApi(options, signal)
  if (plan) {
    const planned = await api.call<Plan>('POST', '/v1/feeds/plan', body)
    await printData(planned, { format: options.output, text: () => formatPlan(planned) })
    return
  }
  const feed = await api.call<Feed>('POST', '/v1/feeds', body)
  await printData(feed, { format: options.output, text: () => formatFeed(feed) })
  if (feed.state === 'on-demand') tell(`It has no schedule. Run it with postern feed run ${name}.`)
}

/** Changes a feed and shows it. */
export async function updateFeed(
  flags: FeedFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const feed = await api.call<Feed>('PATCH', routeOf(flags.name), scheduleOf(flags))
  await printData(feed, { format: options.output, text: () => formatFeed(feed) })
  if (flags.sink === undefined) return
  tell(
    feed.input === 'system-log'
      ? 'A sink that is new takes the events that are read from now on.'
      : 'For a sink that is new, the next run passes every object on.',
  )
}

/** Shows every feed. */
export async function listFeeds(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const feeds = await api.list<Feed>('/v1/feeds', { rows: 'feeds', cursor: 'after' })
  await printList(feeds, {
    format: options.output,
    none: 'There is no feed. Make one with postern feed add NAME --connection C --input I --sink S.',
    row: (feed) => ({
      name: feed.name,
      state: describeState(feed),
      connection: feed.connection,
      input: feed.input,
      sinks: feed.sinks.map(({ name }) => name).join(', '),
      nextRun: feed.nextRuns[0],
    }),
  })
}

/** Shows one feed. */
export async function showFeed(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const feed = await api.call<Feed>('GET', routeOf(name))
  await printData(feed, { format: options.output, text: () => formatFeed(feed) })
}

/** Lets a feed rest. */
export function pauseFeed(name: string, options: GlobalOptions, signal: AbortSignal) {
  return change(name, 'pause', options, signal)
}

/** Lets a feed go on. */
export function resumeFeed(name: string, options: GlobalOptions, signal: AbortSignal) {
  return change(name, 'resume', options, signal)
}

/** Lets the next run of a feed pass on every object again. */
export async function resyncFeed(name: string, options: GlobalOptions, signal: AbortSignal) {
  await change(name, 'resync', options, signal)
  tell(`Its next run passes every object on: postern feed run ${name}.`)
}

/** Removes a feed. */
export async function removeFeed(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  await api.call('DELETE', routeOf(name))
  tell('The feed is removed. What its sinks have stays there.')
}

async function change(
  name: string,
  verb: 'pause' | 'resume' | 'resync',
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const feed = await api.call<Feed>('POST', `${routeOf(name)}/${verb}`, {})
  await printData(feed, { format: options.output, text: () => formatFeed(feed) })
}

function scheduleOf({ sink, cron, timezone, missed, sweepHours }: FeedFlags) {
  return {
    sinks: sink,
    cron: cron === '' ? null : cron,
    timezone,
    missed,
    sweepHours: sweepHours === undefined ? undefined : Number(sweepHours),
  }
}

function formatPlan({ nextRuns, estimate }: Plan): string {
  const { from, records, calls, seconds, basis } = estimate
  return formatFields([
    ['Next runs', nextRuns.join(', ') || 'when somebody says so'],
    ['Begins', from ?? 'with everything there is'],
    ['First run', records === undefined ? 'unknown' : `about ${formatCountOf(records, 'records')}`],
    ['Calls', calls === undefined ? 'unknown' : `about ${formatCountOf(calls, 'calls')}`],
    ['Time', seconds === undefined ? 'unknown' : `about ${formatDuration(seconds * 1_000)}`],
    ['Taken from', basis],
  ])
}
