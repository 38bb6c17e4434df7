/** @module The access keys: who holds what, when it was used last, and when it ends. */

import { type ReactNode, useState } from 'react'
import { accessKeyTexts as texts } from '../../texts/console/access-keys.ts'
import { withQuery } from '../address.ts'
import { useNow } from '../parts/clock.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { PagedList, useListPlace } from '../parts/paged-list.tsx'
import { State } from '../parts/state.tsx'
import type { Column } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import type { Permissions } from '../permissions.ts'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import {
  ACCESS_KEYS,
  type AccessKey,
  type AccessKeyPage,
  type NewAccessKey,
  ruleText,
  stateOf,
} from './access-key.ts'
import { MakeDialog } from './make.tsx'
import { NewKeyDialog } from './new-key.tsx'
import { RevokeDialog } from './revoke.tsx'
import { RotateDialog } from './rotate.tsx'

type Open =
  | { readonly what: 'make' }
  | { readonly what: 'made'; readonly key: NewAccessKey }
  | { readonly what: 'rotate' | 'revoke'; readonly key: AccessKey }

const STATES = ['live', 'ending', 'expired', 'revoked'] as const

/** The list. */
export function AccessKeyList(): ReactNode {
  const now = useNow()
  const permissions = usePermissions()
  const [open, setOpen] = useState<Open>()
  const place = useListPlace(STATES)
  const { search, state, asked } = place
  const answer = useAnswer<AccessKeyPage>(withQuery(ACCESS_KEYS, asked))
  const close = () => setOpen(undefined)
  const show = (key: NewAccessKey) => setOpen({ what: 'made', key })
  return (
    <View
      title={texts.title}
      actions={
        <button className="button primary" type="button" onClick={() => setOpen({ what: 'make' })}>
          {texts.make.button}
        </button>
      }
    >
      <PagedList
        place={place}
        answer={answer}
        rowsOf={({ accessKeys }) => accessKeys}
        caption={texts.title}
        columns={columnsOf(now, permissions, setOpen)}
        keyOf={({ id }) => id}
        states={STATES}
        words={{ ...texts, state: names.state }}
        empty={<EmptyState title={texts.none}>{texts.noneHint}</EmptyState>}
        beside={<Export path={withQuery(ACCESS_KEYS, { text: search, state })} />}
      />
      {open?.what === 'make' && <MakeDialog onClose={close} onMade={show} />}
      {open?.what === 'made' && <NewKeyDialog made={open.key} onClose={close} />}
      {open?.what === 'rotate' && (
        <RotateDialog accessKey={open.key} onClose={close} onRotated={show} />
      )}
      {open?.what === 'revoke' && <RevokeDialog accessKey={open.key} onClose={close} />}
    </View>
  )
}

const { columns: names } = texts

function columnsOf(
  now: number,
  permissions: Permissions,
  setOpen: (open: Open) => void,
): readonly Column<AccessKey>[] {
  return [
    {
      key: 'name',
      name: names.name,
      cell: ({ id, name }) => (
        <>
          <bdi className="is-short">{name}</bdi>
          <code className="quiet">{id}</code>
        </>
      ),
      sortBy: ({ name }) => name,
    },
    {
      key: 'state',
      name: names.state,
      cell: (key) => {
        const { tone, word } = stateOf(key, now)
        return <State tone={tone}>{word}</State>
      },
      sortBy: (key) => stateOf(key, now).word,
    },
    {
      key: 'rules',
      name: names.rules,
      cell: ({ rules }) => (
        <ul className="words is-rows is-wrapping">
          {rules.map((rule) => (
            <li key={ruleText(rule)}>
              <bdi>{ruleText(rule)}</bdi>
            </li>
          ))}
        </ul>
      ),
    },
    {
      key: 'lastUsedAt',
      name: names.lastUsedAt,
      cell: ({ lastUsedAt }) =>
        lastUsedAt === undefined ? (
          <span className="quiet">{texts.never}</span>
        ) : (
          <Time at={lastUsedAt} />
        ),
      sortBy: ({ lastUsedAt }) => lastUsedAt,
    },
    {
      key: 'expiresAt',
      name: names.expiresAt,
      cell: ({ expiresAt }) =>
        expiresAt === undefined ? (
          <span className="quiet">{texts.never}</span>
        ) : (
          <Time at={expiresAt} />
        ),
      sortBy: ({ expiresAt }) => expiresAt,
    },
    {
      key: 'createdAt',
      name: names.createdAt,
      cell: ({ createdAt }) => <Time at={createdAt} />,
      sortBy: ({ createdAt }) => createdAt,
    },
    {
      key: 'actions',
      name: names.actions,
      cell: (key) =>
        key.revokedAt === undefined && (
          <span className="row-actions">
            {/* Its new text is shown, to somebody who could use it then. */}
            {key.rules.every((rule) => permissions.includes(rule)) && (
              <button
                className="button small"
                type="button"
                onClick={() => setOpen({ what: 'rotate', key })}
              >
                {texts.rotate.button}
              </button>
            )}
            <button
              className="button small danger"
              type="button"
              onClick={() => setOpen({ what: 'revoke', key })}
            >
              {texts.revoke.button}
            </button>
          </span>
        ),
    },
  ]
}
