/** @module The actions that somebody may run or plan over a connection: those that only look, and those that change something. */

import type { ReactNode } from 'react'
import { actionTexts as texts } from '../../texts/console/actions.ts'
import { pathOf, withQuery } from '../address.ts'
import { ConnectionField, useConnectionNames } from '../connections/connection-field.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { State } from '../parts/state.tsx'
import { View } from '../parts/view.tsx'
import { goTo, usePlace } from '../place.ts'
import { useAnswer } from '../server.ts'
import { type Action, actionsPath } from './action.ts'

const EFFECTS = ['read', 'change'] as const

/** The list. */
export function ActionList(): ReactNode {
  const { query } = usePlace()
  const names = useConnectionNames('act')
  const only = names?.length === 1 ? names[0] : undefined
  const connection = query.get('connection') ?? only ?? ''
  const search = query.get('search') ?? ''
  const answer = useAnswer<{ readonly actions: readonly Action[] }>(actionsPath(connection), {
    isAsked: connection !== '',
  })
  const go = (changed: Readonly<Record<string, string>>) =>
    goTo(withQuery('/actions', { connection, search, ...changed }), { replace: true })
  return (
    <View title={texts.title}>
      <search className="filters">
        <ConnectionField
          verb="act"
          value={connection}
          onChoose={(chosen) => go({ connection: chosen })}
        />
        <SearchField
          label={texts.search}
          value={search}
          onChange={(wanted) => go({ search: wanted })}
        />
      </search>
      {connection === '' ? (
        <EmptyState title={texts.chooseTitle}>{texts.chooseHint}</EmptyState>
      ) : (
        <Loaded answer={answer}>
          {({ actions }) => <Groups actions={actions} search={search} connection={connection} />}
        </Loaded>
      )}
    </View>
  )
}

function Groups(of: {
  readonly actions: readonly Action[]
  readonly search: string
  readonly connection: string
}): ReactNode {
  const { actions, search, connection } = of
  if (actions.length === 0) return <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
  const wanted = search.toLowerCase()
  const found = actions.filter(({ name, title, summary }) =>
    `${name} ${title} ${summary}`.toLowerCase().includes(wanted),
  )
  if (found.length === 0) return <EmptyState title={texts.noneFound} />
  return (
    <div className="panels">
      {EFFECTS.map((effect) => {
        const group = found.filter((action) => action.effect === effect)
        return (
          group.length > 0 && (
            <Panel title={texts.groups[effect]} key={effect}>
              <ul className="actions">
                {group.map((action) => (
                  <ActionRow action={action} connection={connection} key={action.name} />
                ))}
              </ul>
            </Panel>
          )
        )
      })}
    </div>
  )
}

function ActionRow(of: { readonly action: Action; readonly connection: string }): ReactNode {
  const { action, connection } = of
  const { name, title, summary, destructive, right } = action
  return (
    <li className="action">
      <p className="action-name">
        <Link to={pathOf('/actions/:connection/:action', { connection, action: name })}>
          <bdi>{title}</bdi>
        </Link>{' '}
        <code className="quiet">{name}</code>
      </p>
      <p className="quiet">
        <bdi>{summary}</bdi>
      </p>
      {(right === 'planned' || destructive) && (
        <p className="action-states">
          {right === 'planned' && <State tone="busy">{texts.planned}</State>}
          {destructive && <State tone="warning">{texts.destructive}</State>}
        </p>
      )}
    </li>
  )
}
