/** @module The objects of an org that a feed keeps here: by kind, searched, a page at a time. */

import type { ReactNode } from 'react'
import { objectTexts as texts } from '../../texts/console/objects.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { withQuery } from '../address.ts'
import { ConnectionField, useConnectionNames } from '../connections/connection-field.tsx'
import { ChoiceField } from '../parts/choice-field.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { Link } from '../parts/link.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { goTo, usePlace } from '../place.ts'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import {
  ends,
  type Kind,
  kinds,
  nameOf,
  type ObjectPage,
  objectsPath,
  placeOfObject,
  type StoredObject,
} from './object.ts'

const PAGE_ROWS = 100
const FILTERS = ['text', 'status', 'parent', 'child'] as const

type Filters = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>

interface Asked {
  readonly connection: string
  readonly kind: Kind
  readonly filters: Filters
  readonly cursor: string | undefined
}

/** The list. */
export function ObjectList(): ReactNode {
  const { query } = usePlace()
  const names = useConnectionNames('read')
  const [only] = names?.length === 1 ? names : []
  const given = Object.fromEntries(query)
  const asked: Asked = {
    connection: given['connection'] ?? only ?? '',
    kind: kinds.find((kind) => kind === given['kind']) ?? 'user',
    filters: Object.fromEntries(
      FILTERS.flatMap((name) => (given[name] ? [[name, given[name]]] : [])),
    ),
    cursor: given['cursor'],
  }
  const { connection, kind, filters } = asked
  const go = (changed: Readonly<Record<string, string | undefined>>) =>
    goTo(withQuery('/objects', { connection, kind, ...filters, ...changed }), { replace: true })
  return (
    <View title={texts.title}>
      <search className="log-filters">
        <div className="filters">
          <ConnectionField
            verb="read"
            value={connection}
            onChoose={(chosen) => go({ connection: chosen, parent: undefined, child: undefined })}
          />
          <ChoiceField
            label={texts.kind}
            value={kind}
            choices={kinds.map((one) => [one, texts.kinds[one]] as const)}
            onChoose={(chosen) => go({ kind: chosen, parent: undefined, child: undefined })}
          />
          <SearchField
            label={texts.search}
            value={filters.text ?? ''}
            onChange={(text) => go({ text })}
          />
          <SearchField
            label={texts.status}
            value={filters.status ?? ''}
            onChange={(status) => go({ status })}
          />
        </div>
        <Chips asked={asked} onRemove={(name) => go({ [name]: undefined })} />
      </search>
      {connection === '' ? (
        <EmptyState title={texts.chooseTitle}>{texts.chooseHint}</EmptyState>
      ) : (
        <Found asked={asked} />
      )}
    </View>
  )
}

/** The group or app, and the user, whose objects are shown. */
function Chips(of: {
  readonly asked: Asked
  readonly onRemove: (name: 'parent' | 'child') => void
}): ReactNode {
  const { asked, onRemove } = of
  const { kind, filters } = asked
  const shown = (['parent', 'child'] as const).filter((name) => filters[name] !== undefined)
  if (shown.length === 0) return null
  return (
    <ul className="chips">
      {shown.map((name) => {
        const what = kind in ends ? texts[name][kind as keyof (typeof texts)['parent']] : name
        return (
          <li className="chip" key={name}>
            <span className="quiet">{what}</span> <bdi>{filters[name]}</bdi>
            <button
              type="button"
              className="chip-remove"
              aria-label={texts.remove(what)}
              onClick={() => onRemove(name)}
            >
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M4.500 4.500l7 7M11.500 4.500l-7 7" />
              </svg>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

function Found({ asked }: { readonly asked: Asked }): ReactNode {
  const { connection, kind, filters, cursor } = asked
  const members = { kind, ...filters }
  const answer = useAnswer<ObjectPage>(
    withQuery(objectsPath(connection), { ...members, cursor, limit: PAGE_ROWS }),
  )
  const place = (at?: string) => withQuery('/objects', { connection, ...members, cursor: at })
  return (
    <Loaded answer={answer}>
      {({ objects, next }) => (
        <>
          {objects.length > 0 ? (
            <>
              <Export path={withQuery(objectsPath(connection), members)} />
              <Table
                caption={texts.kinds[kind]}
                columns={columnsOf(connection, kind)}
                rows={objects}
                keyOf={({ id }) => id}
              />
            </>
          ) : (
            next === undefined && <None asked={asked} />
          )}
          {(cursor ?? next) !== undefined && (
            <nav className="pager" aria-label={texts.kinds[kind]}>
              {cursor !== undefined && <Link to={place()}>{shellTexts.table.first}</Link>}
              {next !== undefined && (
                <Link to={place(next)}>
                  {objects.length < PAGE_ROWS ? texts.searchOn : shellTexts.table.next}
                </Link>
              )}
            </nav>
          )}
        </>
      )}
    </Loaded>
  )
}

// What reads them.
const INPUTS: Readonly<Record<Kind, string>> = {
  user: 'users',
  group: 'groups',
  app: 'apps',
  'group-member': 'group-members',
  'app-user': 'app-assignments',
  'app-group': 'app-assignments',
}

function None({ asked }: { readonly asked: Asked }): ReactNode {
  const { connection, kind, filters } = asked
  const mayMake = usePermissions().may('admin', connection)
  if (Object.keys(filters).length > 0)
    return <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
  return (
    <EmptyState title={texts.notKept}>
      <p>{texts.notKeptHint}</p>
      {mayMake && (
        <p>
          <Link
            className="button primary"
            to={withQuery('/feeds/+new', { connection, input: INPUTS[kind] })}
          >
            {texts.make}
          </Link>
        </p>
      )}
    </EmptyState>
  )
}

const { columns: names } = texts

function columnsOf(connection: string, kind: Kind): readonly Column<StoredObject>[] {
  const both = ends[kind]
  const toEnd = (name: 'parent' | 'child', of: Kind): Column<StoredObject> => ({
    key: name,
    name: texts[name][kind as keyof (typeof texts)['parent']],
    cell: ({ [name]: id }) =>
      id === undefined ? (
        '—'
      ) : (
        <Link to={placeOfObject(connection, of, id)}>
          <code>{id}</code>
        </Link>
      ),
  })
  return [
    {
      key: 'label',
      name: both === undefined ? names.name : names.id,
      cell: (row) => (
        <Link to={placeOfObject(connection, row.kind, row.id)}>
          <bdi className="is-short">{nameOf(row)}</bdi>
        </Link>
      ),
    },
    ...(both === undefined
      ? [
          ...(kind === 'user'
            ? [
                {
                  key: 'login',
                  name: names.login,
                  cell: ({ login }: StoredObject) => <bdi className="is-short">{login ?? '—'}</bdi>,
                },
              ]
            : []),
          { key: 'id', name: names.id, cell: ({ id }: StoredObject) => <code>{id}</code> },
        ]
      : [toEnd('parent', both.parent), toEnd('child', both.child)]),
    { key: 'status', name: names.status, cell: ({ status }) => <bdi>{status ?? '—'}</bdi> },
    {
      key: 'observedAt',
      name: names.observedAt,
      cell: ({ observedAt }) => <Time at={observedAt} />,
    },
  ]
}
