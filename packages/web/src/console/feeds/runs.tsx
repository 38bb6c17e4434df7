/** @module What a feed did: its runs, and the records that they read as a chart. */

import type { ReactNode } from 'react'
import { feedTexts as texts } from '../../texts/console/feeds.ts'
import { Chart } from '../parts/chart.tsx'
import { useNow } from '../parts/clock.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { durationText } from '../parts/time-text.ts'
import { type Answered, useAnswer } from '../server.ts'
import { feedPath, type Run, runState } from './feed.ts'
import { figuresOf } from './figures.ts'

const CHARTED_RUNS = 500
const LISTED_RUNS = 20
const RUNNING_EVERY_MS = 2_000

interface Of {
  readonly feed: string
  readonly isRunning: boolean
}

/** The records of the last runs, over time. */
export function Records(of: Of): ReactNode {
  const now = useNow()
  const { figures } = texts
  const answer = useRuns(of)
  return (
    <Panel title={figures.panel} note={figures.note(answer.data?.runs.length ?? 0)}>
      <Loaded answer={answer}>
        {({ runs }) => {
          const { at, binSeconds, records, failed } = figuresOf(runs, now)
          return at.length === 0 ? (
            <EmptyState title={figures.none}>{figures.noneHint}</EmptyState>
          ) : (
            <Chart
              title={figures.title}
              at={at}
              binSeconds={binSeconds}
              series={[
                { name: figures.records, kind: 'bars', values: records },
                { name: figures.failed, kind: 'failures', values: failed },
              ]}
            />
          )
        }}
      </Loaded>
    </Panel>
  )
}

/** The last runs. */
export function Runs(of: Of): ReactNode {
  const answer = useRuns(of)
  return (
    <Panel title={texts.runs.title}>
      <Loaded answer={answer}>
        {({ runs }) =>
          runs.length === 0 ? (
            <EmptyState title={texts.runs.none}>{texts.runs.noneHint}</EmptyState>
          ) : (
            <Table
              caption={texts.runs.title}
              columns={columns}
              rows={runs.slice(0, LISTED_RUNS)}
              keyOf={({ id }) => id}
              detailOf={({ report }) => reportDetail(report)}
            />
          )
        }
      </Loaded>
    </Panel>
  )
}

function useRuns({ feed, isRunning }: Of): Answered<{ readonly runs: readonly Run[] }> {
  const path = feedPath(feed, `/runs?limit=${CHARTED_RUNS}`)
  return useAnswer(path, isRunning ? { everyMs: RUNNING_EVERY_MS } : {})
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
