/** @module The records that a feed set aside: to be looked at, and to be sent again. */

import { type ReactNode, useState } from 'react'
import { feedTexts } from '../../texts/console/feeds.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { Export } from '../parts/export.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { say } from '../parts/notices.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer, useDeed } from '../server.ts'
import { FEEDS, type Feed, feedPath } from './feed.ts'
import { indented } from './indented.ts'

const { dead: texts } = feedTexts
const LISTED = 100

interface DeadLetter {
  readonly sink?: string
  readonly batch: number
  readonly index: number
  readonly code: string
  readonly reason: string
  readonly record: string
  readonly at: string
}

/** How many records were sent, refused once more, and dropped because something newer was. */
interface Retried {
  readonly sent: number
  readonly refused: number
  readonly superseded: number
}

/** The dead letters; asked for where there are some. */
export function DeadLetters(of: { readonly feed: Feed; readonly mayRetry: boolean }): ReactNode {
  const { feed, mayRetry } = of
  const path = feedPath(feed.name, `/dead-letters?limit=${LISTED}`)
  const has = feed.deadLetters > 0
  const answer = useAnswer<{ readonly deadLetters: readonly DeadLetter[] }>(path, { isAsked: has })
  const [open, setOpen] = useState<string>()
  const retrying = useDeed<void, Retried>(
    () => ({ path: feedPath(feed.name, '/dead-letters/retry') }),
    { changes: [FEEDS] },
  )
  const retry = () =>
    retrying.mutate(undefined, {
      onSuccess: ({ sent, refused, superseded }) => say(texts.retried(sent, refused, superseded)),
    })
  return (
    <Panel
      title={texts.title}
      note={has ? texts.note : texts.none}
      actions={
        has ? (
          <>
            <Export path={feedPath(feed.name, '/dead-letters')} />
            {mayRetry && (
              <button
                className="button small"
                type="button"
                disabled={retrying.isPending}
                onClick={retry}
              >
                {retrying.isPending ? texts.retrying : texts.retry}
              </button>
            )}
          </>
        ) : undefined
      }
    >
      {retrying.error !== null && <ErrorState problem={retrying.error.problem} />}
      {has && (
        <Loaded answer={answer} height="flat">
          {({ deadLetters }) => (
            <Table
              caption={texts.title}
              columns={[...columns, lookColumn(open, setOpen)]}
              rows={deadLetters}
              keyOf={keyOf}
              detailOf={(letter) =>
                keyOf(letter) === open ? (
                  <CodeBlock text={indented(letter.record)} label={texts.record} />
                ) : undefined
              }
            />
          )}
        </Loaded>
      )}
    </Panel>
  )
}

function keyOf({ sink, batch, index, at }: DeadLetter): string {
  return `${sink ?? ''} ${batch} ${index} ${at}`
}

function lookColumn(
  open: string | undefined,
  setOpen: (key: string | undefined) => void,
): Column<DeadLetter> {
  return {
    key: 'record',
    name: texts.record,
    cell: (letter) => {
      const isOpen = keyOf(letter) === open
      return (
        <button
          className="button small"
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(isOpen ? undefined : keyOf(letter))}
        >
          {isOpen ? texts.hide : texts.look}
        </button>
      )
    },
  }
}

const columns: readonly Column<DeadLetter>[] = [
  { key: 'at', name: texts.at, cell: ({ at }) => <Time at={at} /> },
  { key: 'sink', name: texts.sink, cell: ({ sink }) => <bdi>{sink ?? texts.anyReader}</bdi> },
  { key: 'code', name: texts.code, cell: ({ code }) => <code>{code}</code> },
  {
    key: 'reason',
    name: texts.reason,
    cell: ({ reason }) => <span className="is-wrapping">{reason}</span>,
  },
  {
    key: 'batch',
    name: texts.place,
    isNumber: true,
    cell: ({ batch, index }) => `${batch}, ${index}`,
  },
]
