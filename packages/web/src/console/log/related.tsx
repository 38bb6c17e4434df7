/** @module The events of the same actor, session or request as another one. */

import type { ReactNode } from 'react'
import { logTexts } from '../../texts/console/log.ts'
import { withQuery } from '../address.ts'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { useAnswer } from '../server.ts'
import { type EventPage, eventsPath, relations, type WholeEvent } from './event.ts'
import { EventTable } from './event-table.tsx'

const { related: texts } = logTexts
const SHOWN = 8

/** The related events, by what they have in common. */
export function RelatedEvents(of: {
  readonly connection: string
  readonly whole: WholeEvent
}): ReactNode {
  const { connection, whole } = of
  const others = relations.filter((relation) => (whole.related[relation]?.count ?? 0) > 1)
  if (others.length === 0) {
    return <Panel title={texts.title}>{<p className="quiet">{texts.none}</p>}</Panel>
  }
  return others.map((relation) => (
    <Group connection={connection} whole={whole} relation={relation} key={relation} />
  ))
}

function Group(of: {
  readonly connection: string
  readonly whole: WholeEvent
  readonly relation: (typeof relations)[number]
}): ReactNode {
  const { connection, whole, relation } = of
  const { value = '', count = 0 } = whole.related[relation] ?? {}
  const asked = { [relation]: value, limit: SHOWN }
  const answer = useAnswer<EventPage>(withQuery(eventsPath(connection), asked))
  return (
    <Panel
      title={texts[relation]}
      actions={
        <Link to={withQuery('/log', { connection, range: 'all', [relation]: value })}>
          {texts.all(numberText(count))}
        </Link>
      }
    >
      <Loaded answer={answer} height="flat">
        {({ events }) => (
          <EventTable
            caption={texts[relation]}
            connection={connection}
            events={events}
            current={whole.event.uuid}
          />
        )}
      </Loaded>
    </Panel>
  )
}
