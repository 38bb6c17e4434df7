/** @module One object of an org: what is known of it, what belongs to it, and the text that Okta sent. */

import type { ReactNode } from 'react'
import { objectTexts as texts } from '../../texts/console/objects.ts'
import { withQuery } from '../address.ts'
import { Facts } from '../parts/facts.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { RawPanel } from '../parts/raw-panel.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { useAnswer } from '../server.ts'
import {
  ends,
  kinds,
  listsAround,
  nameOf,
  objectsPath,
  placeOfObject,
  type StoredObject,
} from './object.ts'

interface Whole {
  readonly object: StoredObject
  readonly raw: string
}

/** The object. */
export function OneObject({ of }: { readonly of: Readonly<Record<string, string>> }): ReactNode {
  const { connection = '', id = '' } = of
  const kind = kinds.find((one) => one === of['kind']) ?? 'user'
  const answer = useAnswer<Whole>(`${objectsPath(connection)}/${kind}/${encodeURIComponent(id)}`)
  return (
    <View
      title={answer.data === undefined ? id : nameOf(answer.data.object)}
      within={{
        name: `${texts.kinds[kind]} · ${connection}`,
        to: withQuery('/objects', { connection, kind }),
      }}
    >
      <Loaded answer={answer}>
        {({ object, raw }) => (
          <div className="panels">
            <div className="panel-stack">
              <ObjectFacts object={object} connection={connection} />
              <Around object={object} connection={connection} />
            </div>
            <RawPanel title={texts.raw} raw={raw} />
          </div>
        )}
      </Loaded>
    </View>
  )
}

interface ObjectOf {
  readonly object: StoredObject
  readonly connection: string
}

function ObjectFacts({ object, connection }: ObjectOf): ReactNode {
  const { columns } = texts
  const { kind, id, label, login, status, parent, child, observedAt } = object
  const both = ends[kind]
  const toEnd = (name: 'parent' | 'child', of: string | undefined) =>
    both === undefined || of === undefined
      ? {}
      : {
          [texts.one[both[name]]]: (
            <Link to={placeOfObject(connection, both[name], of)}>
              <code>{of}</code>
            </Link>
          ),
        }
  return (
    <Panel title={texts.facts}>
      <Facts
        facts={{
          [texts.kind]: texts.one[kind],
          [columns.name]: label && <bdi>{label}</bdi>,
          [columns.login]: login && <bdi>{login}</bdi>,
          [columns.id]: <code>{id}</code>,
          ...toEnd('parent', parent),
          ...toEnd('child', child),
          [columns.status]: status && <bdi>{status}</bdi>,
          [columns.observedAt]: <Time at={observedAt} />,
        }}
      />
    </Panel>
  )
}

function Around({ object, connection }: ObjectOf): ReactNode {
  const lists = listsAround(connection, object)
  if (lists.length === 0) return null
  return (
    <Panel title={texts.related.title}>
      <ul className="words is-rows">
        {lists.map(([name, to]) => (
          <li key={to}>
            <Link to={to}>{name}</Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
