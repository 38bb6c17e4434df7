/** @module The events over time; each part of it can be chosen. */

import type { ReactNode } from 'react'
import { logTexts } from '../../texts/console/log.ts'
import { withQuery } from '../address.ts'
import { Chart } from '../parts/chart.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../server.ts'
import { eventsPath } from './event.ts'
import type { LogQuery } from './log-query.ts'

const { timeline: texts } = logTexts
const BINS = 60

interface TimelineAnswer {
  readonly binSeconds: number
  readonly bins: readonly {
    readonly at: string
    readonly total: number
    readonly failures: number
  }[]
  readonly countedFrom?: string
}

/** The chart. @param of.members - what is asked for. */
export function Timeline(of: {
  readonly connection: string
  readonly members: Readonly<Record<string, string | undefined>>
  readonly follow: { readonly everyMs?: number }
  readonly onChange: (changed: Partial<LogQuery>) => void
}): ReactNode {
  const { connection, members, follow, onChange } = of
  const path = withQuery(eventsPath(connection, '/timeline'), { ...members, bins: BINS })
  const answer = useAnswer<TimelineAnswer>(path, follow)
  return (
    <Panel title={texts.panel}>
      <Loaded answer={answer}>
        {({ bins, binSeconds, countedFrom }) => (
          <>
            <Chart
              title={texts.title}
              at={bins.map(({ at }) => new Date(at))}
              binSeconds={binSeconds}
              series={[
                {
                  name: texts.other,
                  kind: 'bars',
                  values: bins.map(({ total, failures }) => total - failures),
                },
                {
                  name: texts.failures,
                  kind: 'failures',
                  values: bins.map(({ failures }) => failures),
                },
              ]}
              chooseHint={texts.choose}
              onChoose={(from) =>
                onChange({
                  range: 'exact',
                  from: from.toISOString(),
                  to: new Date(from.getTime() + binSeconds * 1_000).toISOString(),
                })
              }
            />
            {countedFrom !== undefined && (
              <p className="quiet">
                {texts.countedFrom} <Time at={countedFrom} />
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  )
}
