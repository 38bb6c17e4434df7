/** @module The refusals of sinks that are kept by name. */

import type { MemberProblem } from '../config/member-problem.ts'
import { SinkError } from '../sinks/sink-error.ts'

/** The refusal of a name that no sink has. */
export function sinkNotFound(): SinkError {
  return new SinkError('sink_not_found', 'There is no sink of that name.', {
    remedy: 'Look for its name with postern sink list.',
  })
}

/** The refusal of a name that is taken. */
export function sinkExists(name: string): SinkError {
  return new SinkError('sink_exists', `There is a sink ${name} already.`, {
    remedy: `Choose another name, or remove that one: postern sink remove ${name}.`,
    details: { sink: name },
  })
}

/** The refusal of values that cannot be used; `details.problems` has all of them. */
export function sinkInvalid(problems: readonly MemberProblem[]): SinkError {
  const [first] = problems
  const paths = problems.map(({ path }) => path).join(', ')
  return new SinkError(
    'sink_invalid',
    `The sink cannot be used as it is: ${paths}. ${first?.message ?? ''}`,
    {
      remedy: problems.length === 1 && first ? first.remedy : 'Correct each of the values named.',
      details: { problems },
    },
  )
}

const NAMED = 3

/** The refusal to remove what is written to; it names the first feeds, and how many there are. */
export function sinkInUse(name: string, feeds: readonly string[]): SinkError {
  const first = feeds.slice(0, NAMED)
  const left = feeds.length - first.length
  const those = left === 0 ? first.join(', ') : `${first.join(', ')} and ${left} more`
  const verb = feeds.length === 1 ? 'writes' : 'write'
  return new SinkError('sink_in_use', `The sink ${name} stays: ${those} ${verb} to it.`, {
    remedy: 'Take it out of those feeds first, or remove them.',
    details: { sink: name, feeds: first, count: feeds.length },
  })
}

/** The refusal of a place that has nothing of what a feed wrote, and goes on after. */
export function sinkElsewhere(name: string, feed: string): SinkError {
  return new SinkError(
    'sink_in_use',
    `The feed ${feed} goes on where it was in the sink ${name}, and that is not at the new place.`,
    {
      remedy: `Pause the feed and move what is there first; or add another sink, and give it to the feed: postern feed update ${feed} --sink OTHER.`,
      details: { sink: name, feed },
    },
  )
}

/** The refusal of a change to what was changed since it was read. */
export function sinkChanged(name: string): SinkError {
  return new SinkError('sink_changed', `The sink ${name} was changed at the same time.`, {
    remedy: `Look at it with postern sink show ${name}, and make the change again.`,
    details: { sink: name },
  })
}
