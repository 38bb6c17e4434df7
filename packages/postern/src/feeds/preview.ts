/** @module What a feed would read first, for people who have not decided yet. */

import { getInput, type Org, read } from '@postern/core'
import type { FeedPreviewMembers } from '../config/feed-members.ts'
import { MemberProblems } from '../config/member-problem.ts'
import type { FeedRow } from '../store/feeds.ts'
import { feedInvalid } from './feed-refusals.ts'
import { judgeInput, judgeSettings } from './judge-feed.ts'

const PREVIEWED_RECORDS = 10

/** The first ten records that a feed would read from its beginning, as Okta sends them. */
export async function previewFeed(
  org: Org,
  { input: inputName, settings }: Pick<FeedRow, 'input' | 'settings'>,
  signal?: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const input = getInput(inputName)
  const since = input.mirrored === undefined ? settings.since : undefined
  const found: Uint8Array[] = []
  const options = {
    limit: PREVIEWED_RECORDS,
    since: since === undefined ? undefined : new Date(since),
    priority: 'interactive',
    signal,
  } as const
  for await (const { records } of read(org, input.name, options)) {
    found.push(...records)
    // An empty page of the log is its end.
    if (found.length >= PREVIEWED_RECORDS || input.mirrored === undefined) break
  }
  return found
}

/** The same of a feed that nobody has added. @throws {FeedError} `feed_invalid` */
export async function previewNewFeed(
  org: Org,
  { input: name, since }: Omit<FeedPreviewMembers, 'connection'>,
  signal?: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const problems = new MemberProblems()
  const input = judgeInput(name, problems)
  const settings = judgeSettings({ since }, input, org.authorizer.now(), problems)
  if (input === undefined || problems.all.length > 0) throw feedInvalid(problems.all)
  return previewFeed(org, { input: input.name, settings }, signal)
}
