/** @module Makes a feed: the form, then what it comes to with its first records, and only then the feed. */

import { type FormEvent, type ReactNode, useState } from 'react'
import { feedTexts } from '../../texts/console/feeds.ts'
import { makeFeedTexts as texts } from '../../texts/console/make-feed.ts'
import { ConnectionField } from '../connections/connection-field.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { Panel } from '../parts/panel.tsx'
import { TextField } from '../parts/text-field.tsx'
import { View } from '../parts/view.tsx'
import { usePlace } from '../place.ts'
import { useDeed } from '../server.ts'
import { FEEDS } from './feed.ts'
import { type FeedDraft, feedBody, newDraft, problemsOf } from './feed-draft.ts'
import { InputField } from './input-field.tsx'
import { FeedPlan, type PlannedFeed } from './make-plan.tsx'
import { BeginField, ScheduleFields } from './schedule-fields.tsx'
import { SinkField } from './sink-field.tsx'

/** The form. An address may name the connection and the input. */
export function MakeFeed(): ReactNode {
  const { query } = usePlace()
  const [draft, setDraft] = useState(() =>
    newDraft({ connection: query.get('connection') ?? '', input: query.get('input') ?? '' }),
  )
  const [isAsked, setAsked] = useState(false)
  const planning = useDeed<FeedDraft, PlannedFeed>(
    (planned) => ({ path: `${FEEDS}/plan`, body: feedBody(planned) }),
    { changes: [] },
  )
  const own = problemsOf(draft)
  const problems: Partial<Record<keyof FeedDraft, string>> = {
    ...toldProblems(planning.error?.problem.problems),
    ...(isAsked ? own : {}),
  }
  const change = (changed: Partial<FeedDraft>) => {
    setDraft({ ...draft, ...changed })
    // What it comes to was told of another feed.
    planning.reset()
  }
  const plan = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    if (Object.keys(own).length === 0) planning.mutate(draft)
  }
  const shared = { draft, problems, onChange: change }
  return (
    <View title={texts.title} within={{ name: feedTexts.title, to: '/feeds' }}>
      <Panel title={texts.panel}>
        <form className="form" onSubmit={plan} noValidate>
          <div className="form-columns">
            <ConnectionField
              verb="admin"
              value={draft.connection}
              problem={problems.connection}
              onChoose={(connection) => change({ connection })}
            />
            <InputField {...shared} />
            <TextField
              label={texts.name}
              hint={texts.nameHint}
              problem={problems.name}
              spellCheck={false}
              value={draft.name}
              onText={(name) => change({ name })}
            />
            <BeginField {...shared} />
            <ScheduleFields {...shared} />
          </div>
          <SinkField {...shared} />
          {planning.error !== null && <ErrorState problem={planning.error.problem} />}
          <div className="buttons">
            <button
              className={planning.data === undefined ? 'button primary' : 'button'}
              type="submit"
              disabled={planning.isPending}
            >
              {planning.isPending ? texts.looking : texts.look}
            </button>
          </div>
        </form>
      </Panel>
      {planning.data !== undefined && (
        <FeedPlan plan={planning.data} draft={draft} key={planning.submittedAt} />
      )}
    </View>
  )
}

/** What the server found wrong, by field; a sink is one of them all. */
function toldProblems(
  problems: readonly { readonly path?: string; readonly message: string }[] = [],
): Partial<Record<keyof FeedDraft, string>> {
  const fields = { since: 'day' } as Readonly<Record<string, string>>
  return Object.fromEntries(
    problems.map(({ path = '', message }) => {
      const member = path.replace(/\[.*$/, '')
      return [fields[member] ?? member, message]
    }),
  )
}
