/** @module What a feed would come to: its next runs, its first run, its first records; and the button that makes it. */

import { type ReactNode, useState } from 'react'
import { makeFeedTexts } from '../../texts/console/make-feed.ts'
import { pathOf } from '../address.ts'
import { ErrorState } from '../parts/error-state.tsx'
import { Facts } from '../parts/facts.tsx'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { durationText } from '../parts/time-text.ts'
import { goTo } from '../place.ts'
import { askAgain, client, useDeed } from '../server.ts'
import { usePermissions } from '../session.ts'
import { FEEDS, type Feed, feedPath } from './feed.ts'
import { type FeedDraft, feedBody } from './feed-draft.ts'
import { Sample } from './sample.tsx'

const { plan: texts, runAtOnce } = makeFeedTexts

/** What the server says that it would come to. */
export interface PlannedFeed {
  readonly cron?: string
  readonly timezone: string
  readonly nextRuns: readonly string[]
  readonly estimate: {
    readonly from?: string
    readonly records?: number
    readonly calls?: number
    readonly seconds?: number
    readonly basis: string
  }
}

/** The plan. */
export function FeedPlan(of: { readonly plan: PlannedFeed; readonly draft: FeedDraft }): ReactNode {
  const { plan, draft } = of
  const maySync = usePermissions().may('sync', draft.connection)
  const [isRunWanted, setRunWanted] = useState(true)
  const making = useDeed<FeedDraft, Feed>((made) => ({ path: FEEDS, body: feedBody(made) }), {
    changes: [FEEDS, '/v1/connections', '/v1/audit'],
  })
  const make = () =>
    making.mutate(draft, {
      onSuccess: ({ name }) => {
        if (maySync && isRunWanted) void runOnce(name)
        goTo(pathOf('/feeds/:feed', { feed: name }))
      },
    })
  return (
    <Panel title={texts.title} note={texts.note}>
      <Facts
        facts={{
          [texts.next]: <NextRuns plan={plan} />,
          [texts.first]: <FirstRun plan={plan} />,
          [texts.basis]: plan.estimate.basis,
        }}
      />
      {maySync && <Sample draft={draft} />}
      {making.error !== null && <ErrorState problem={making.error.problem} />}
      {maySync && (
        <label className="check">
          <input
            type="checkbox"
            checked={isRunWanted}
            onChange={(event) => setRunWanted(event.currentTarget.checked)}
          />
          {runAtOnce}
        </label>
      )}
      <div className="buttons">
        <button className="button primary" type="button" disabled={making.isPending} onClick={make}>
          {making.isPending ? texts.making : texts.make}
        </button>
      </div>
    </Panel>
  )
}

/** How the run ends is told by the feed, which is shown meanwhile. */
async function runOnce(feed: string): Promise<void> {
  await client.ask({ path: feedPath(feed, '/run') }).catch(() => undefined)
  await askAgain([FEEDS])
}

function NextRuns({ plan }: { readonly plan: PlannedFeed }): ReactNode {
  if (plan.nextRuns.length === 0) return texts.onDemand
  return (
    <ul className="words is-rows">
      {plan.nextRuns.map((at) => (
        <li key={at}>
          <time dateTime={at}>{zonedText(new Date(at), plan.timezone)}</time>
        </li>
      ))}
      <li className="quiet">{texts.inZone(plan.timezone)}</li>
    </ul>
  )
}

/** A run is meant by the clock of its own time zone. */
function zonedText(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en', {
    ...{ timeZone, weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  }).format(at)
}

function FirstRun({ plan: { estimate } }: { readonly plan: PlannedFeed }): ReactNode {
  const { records, calls, seconds } = estimate
  if (records === undefined || calls === undefined || seconds === undefined) return texts.unknown
  return (
    <>
      {[
        texts.records(numberText(records)),
        texts.calls(numberText(calls)),
        texts.takes(durationText(seconds)),
      ].join(' · ')}
    </>
  )
}
