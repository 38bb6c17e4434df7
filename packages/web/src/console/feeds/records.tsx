/** @module What a feed read over time, and how far behind it was. */

import { type ReactNode, useState } from 'react'
import { feedTexts } from '../../texts/console/feeds.ts'
import { withQuery } from '../address.ts'
import { Chart } from '../parts/chart.tsx'
import { ChoiceField } from '../parts/choice-field.tsx'
import { useNow } from '../parts/clock.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { useAnswer } from '../server.ts'
import { feedPath } from './feed.ts'
import { type Figures, type Span, spanQuery, spans } from './figures.ts'

const { figures: texts } = feedTexts
const RUNNING_EVERY_MS = 2_000
const EVERY_MS = 60_000

/** The charts. */
export function Records(of: { readonly feed: string; readonly isRunning: boolean }): ReactNode {
  const [span, setSpan] = useState<Span>('day')
  const path = withQuery(feedPath(of.feed, '/figures'), spanQuery(span, useNow()))
  const answer = useAnswer<Figures>(path, { everyMs: of.isRunning ? RUNNING_EVERY_MS : EVERY_MS })
  return (
    <Panel
      title={texts.panel}
      note={answer.data && noteOf(answer.data)}
      actions={
        <ChoiceField
          label={texts.span}
          isLabelUnseen
          value={span}
          choices={Object.keys(spans).map(
            (one) => [one as Span, texts.spans[one as Span]] as const,
          )}
          onChoose={setSpan}
        />
      }
    >
      <Loaded answer={answer}>
        {({ bins, binSeconds }) =>
          bins.every(({ runs, lagSeconds }) => runs === 0 && lagSeconds === undefined) ? (
            <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
          ) : (
            <Charts span={span} bins={bins} binSeconds={binSeconds} />
          )
        }
      </Loaded>
    </Panel>
  )
}

function Charts(of: Pick<Figures, 'bins' | 'binSeconds'> & { readonly span: Span }): ReactNode {
  const { span, bins, binSeconds } = of
  const at = bins.map((bin) => new Date(bin.at))
  return (
    <div className="panels">
      <Chart
        title={texts.titles[span]}
        at={at}
        binSeconds={binSeconds}
        series={[{ name: texts.records, kind: 'bars', values: bins.map(({ records }) => records) }]}
      />
      <Chart
        title={texts.lagTitle}
        at={at}
        binSeconds={binSeconds}
        series={[
          {
            name: texts.lag,
            kind: 'bars',
            values: bins.map(({ lagSeconds }) =>
              lagSeconds === undefined ? null : Math.round(lagSeconds),
            ),
          },
        ]}
      />
    </div>
  )
}

function noteOf({ bins }: Figures): string {
  const sum = (of: (bin: Figures['bins'][number]) => number) =>
    bins.reduce((all, bin) => all + of(bin), 0)
  return texts.note(
    numberText(sum(({ records }) => records)),
    sum(({ runs }) => runs),
    sum(({ failed }) => failed),
  )
}
