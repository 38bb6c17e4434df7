/** @module What a feed did: its last runs. */

import type { ReactNode } from 'react'
import { feedTexts as texts } from '../../texts/console/feeds.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Export } from '../parts/export.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { durationText } from '../parts/time-text.ts'
import { useAnswer } from '../server.ts'
import { feedPath, type Run, runState } from './feed.ts'

const LISTED_RUNS = 20
const RUNNING_EVERY_MS = 2_000

interface Page {
  readonly runs: readonly Run[]
  readonly next?: string
}

/** The last runs. */
export function Runs(of: { readonly feed: string; readonly isRunning: boolean }): ReactNode {
  const answer = useAnswer<Page>(
    feedPath(of.feed, `/runs?limit=${LISTED_RUNS}`),
    of.isRunning ? { everyMs: RUNNING_EVERY_MS } : {},
  )
  return (
    <Panel
      title={texts.runs.title}
      actions={(answer.data?.runs.length ?? 0) > 0 && <Export path={feedPath(of.feed, '/runs')} />}
    >
      <Loaded answer={answer}>
        {({ runs }) =>
          runs.length === 0 ? (
            <EmptyState title={texts.runs.none}>{texts.runs.noneHint}</EmptyState>
          ) : (
            <Table
              caption={texts.runs.title}
              columns={columns}
              rows={runs}
              keyOf={({ id }) => id}
              detailOf={({ report }) => reportDetail(report)}
            />
          )
        }
      </Loaded>
    </Panel>
  )
}

/** Why a run failed, and what it had to say. */
function reportDetail({ error, notes }: Run['report']): ReactNode | undefined {
  if (error === undefined && notes.length === 0) return undefined
  return (
    <>
      {error !== undefined && (
        <p>
          {error.message} {error.remedy} <code>{error.code}</code>
        </p>
      )}
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </>
  )
}

const { runs: names } = texts

const columns: readonly Column<Run>[] = [
  { key: 'startedAt', name: names.startedAt, cell: ({ startedAt }) => <Time at={startedAt} /> },
  {
    key: 'outcome',
    name: names.outcome,
    cell: (run) => {
      const { tone, word } = runState(run)
      return <State tone={tone}>{word}</State>
    },
  },
  { key: 'trigger', name: names.trigger, cell: ({ trigger }) => texts.triggers[trigger] },
  {
    key: 'endedAt',
    name: names.took,
    isNumber: true,
    cell: ({ startedAt, endedAt }) =>
      endedAt === undefined
        ? '—'
        : durationText((Date.parse(endedAt) - Date.parse(startedAt)) / 1e3),
  },
  {
    key: 'report.records',
    name: names.records,
    isNumber: true,
    cell: ({ report }) => numberText(report.records),
  },
  {
    key: 'report.emitted',
    name: names.emitted,
    isNumber: true,
    cell: ({ report }) => numberText(report.emitted),
  },
  {
    key: 'report.requests',
    name: names.requests,
    isNumber: true,
    cell: ({ report }) => numberText(report.requests),
  },
  {
    key: 'report.waitedMs',
    name: names.waited,
    isNumber: true,
    cell: ({ report }) => durationText(report.waitedMs / 1e3),
  },
]
