/** @module One event: what happened, as Okta sent it, and what belongs to it. */

import type { ReactNode } from 'react'
import { logTexts } from '../../texts/console/log.ts'
import { withQuery } from '../address.ts'
import { placeOfObject } from '../objects/object.ts'
import { Facts } from '../parts/facts.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { RawPanel } from '../parts/raw-panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { exactText } from '../parts/time-text.ts'
import { View } from '../parts/view.tsx'
import { useAnswer } from '../server.ts'
import { eventsPath, nameOf, type Party, toneOf, type WholeEvent } from './event.ts'
import type { FilterName } from './log-query.ts'
import { RelatedEvents } from './related.tsx'

const { one: texts, title } = logTexts

/** The event. */
export function OneEvent({ of }: { readonly of: Readonly<Record<string, string>> }): ReactNode {
  const { connection = '', uuid = '' } = of
  const answer = useAnswer<WholeEvent>(eventsPath(connection, `/${encodeURIComponent(uuid)}`))
  const event = answer.data?.event
  return (
    <View
      title={event?.eventType ?? uuid}
      within={{ name: `${title} · ${connection}`, to: withQuery('/log', { connection }) }}
      beside={
        event?.outcome !== undefined && <State tone={toneOf(event.outcome)}>{event.outcome}</State>
      }
    >
      <Loaded answer={answer}>
        {(whole) => (
          <>
            <div className="panels">
              <Panel title={texts.facts}>
                <EventFacts whole={whole} connection={connection} />
              </Panel>
              <RawPanel title={texts.raw} raw={whole.raw} />
            </div>
            <RelatedEvents connection={connection} whole={whole} />
          </>
        )}
      </Loaded>
    </View>
  )
}

function EventFacts(of: { readonly whole: WholeEvent; readonly connection: string }): ReactNode {
  const { whole, connection } = of
  const { event, kept } = whole
  const filtered = (name: FilterName, value: string | undefined) =>
    value && <Filtered connection={connection} name={name} value={value} />
  const { actor, targets } = event
  return (
    <Facts
      facts={{
        [texts.published]: <Time at={event.published} />,
        [texts.exactly]: exactText(new Date(event.published)),
        [texts.message]: event.message && <bdi>{event.message}</bdi>,
        [texts.eventType]: filtered('eventType', event.eventType),
        [texts.outcome]: event.outcome && <bdi>{event.outcome}</bdi>,
        [texts.reason]: event.reason && <bdi>{event.reason}</bdi>,
        [texts.severity]: event.severity && <bdi>{event.severity}</bdi>,
        [texts.actor]: actor && (
          <Named connection={connection} filter="actor" party={actor} kept={kept} key="actor" />
        ),
        [texts.targets]:
          targets.length > 0 ? (
            <ul className="words is-rows">
              {targets.map((target, index) => (
                // The targets of an event stay where they are, and two may be the same.
                // biome-ignore lint/suspicious/noArrayIndexKey: see above
                <li key={index}>
                  <Named connection={connection} filter="target" party={target} kept={kept} />
                </li>
              ))}
            </ul>
          ) : undefined,
        [texts.ip]: filtered('ip', event.ip),
        [texts.session]: filtered('session', event.session),
        [texts.transaction]: filtered('transaction', event.transaction),
      }}
    />
  )
}

function Named(of: {
  readonly connection: string
  readonly filter: FilterName
  readonly party: Party
  readonly kept: WholeEvent['kept']
}): ReactNode {
  const { connection, filter, party, kept } = of
  const { id, login, type } = party
  const name = nameOf(party)
  const object = kept.find((one) => one.id === id)
  return (
    <>
      {object === undefined ? (
        <bdi>{name}</bdi>
      ) : (
        <Link to={placeOfObject(connection, object.kind, object.id)}>
          <bdi>{name}</bdi>
        </Link>
      )}
      {login !== undefined && login !== name && login !== id && (
        <>
          {' '}
          <bdi className="quiet">{login}</bdi>
        </>
      )}{' '}
      {type !== undefined && <span className="quiet">{type} </span>}
      {id !== undefined && <Filtered connection={connection} name={filter} value={id} />}
    </>
  )
}

/** A value that leads to every event that has it. */
function Filtered(of: {
  readonly connection: string
  readonly name: FilterName
  readonly value: string
}): ReactNode {
  const { connection, name, value } = of
  return (
    <Link to={withQuery('/log', { connection, range: 'all', [name]: value })}>
      <code>{value}</code>
    </Link>
  )
}
