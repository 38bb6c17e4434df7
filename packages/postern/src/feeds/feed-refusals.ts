/** @module The refusals of feeds that are kept by name. */

import type { MemberProblem } from '../config/member-problem.ts'
import { FeedError } from './feed-error.ts'

/** The refusal of a name that no feed has, or none that the caller may see. */
export function feedNotFound(): FeedError {
  return new FeedError('feed_not_found', 'There is no feed of that name.', {
    remedy: 'Look for its name with postern feed list.',
  })
}

/** The refusal of a name that is taken. */
export function feedExists(name: string): FeedError {
  return new FeedError('feed_exists', `There is a feed ${name} already.`, {
    remedy: `Choose another name, or remove that one: postern feed remove ${name}.`,
    details: { feed: name },
  })
}

/** The refusal of values that cannot be used; `details.problems` has all of them. */
export function feedInvalid(problems: readonly MemberProblem[]): FeedError {
  const [first] = problems
  const paths = problems.map(({ path }) => path).join(', ')
  return new FeedError(
    'feed_invalid',
    `The feed cannot be used as it is: ${paths}. ${first?.message ?? ''}`,
    {
      remedy: problems.length === 1 && first ? first.remedy : 'Correct each of the values named.',
      details: { problems },
    },
  )
}

/** The refusal to change what a feed is. */
export function feedFixed(name: string, members: readonly string[]): FeedError {
  return new FeedError('feed_fixed', `The ${members.join(' and ')} of the feed ${name} stays.`, {
    remedy: 'Add another feed with it: what was read so far is of the old one.',
    details: { feed: name, members },
  })
}

/** The refusal of a change to what was changed since it was read. */
export function feedChanged(name: string): FeedError {
  return new FeedError('feed_changed', `The feed ${name} was changed at the same time.`, {
    remedy: `Look at it with postern feed show ${name}, and make the change again.`,
    details: { feed: name },
  })
}

/** The refusal to run what is running, or to write beside it. */
export function feedRunning(name: string): FeedError {
  return new FeedError('feed_running', `A run of the feed ${name} is under way.`, {
    remedy: `Wait for its end; postern feed show ${name} tells how far it is.`,
    details: { feed: name },
  })
}

/** The refusal to send again what is being sent again. */
export function feedRetrying(name: string): FeedError {
  return new FeedError('feed_retrying', `The dead letters of ${name} are being sent again.`, {
    remedy: 'Wait until that has ended; after a crash that is half a minute.',
    details: { feed: name },
  })
}

/** The refusal to pass on again what is no object. */
export function feedWithoutObjects(name: string): FeedError {
  return new FeedError('feed_without_objects', `The feed ${name} reads events, each once.`, {
    remedy: 'Add another feed with an earlier beginning (--since) for what was before.',
    details: { feed: name },
  })
}
