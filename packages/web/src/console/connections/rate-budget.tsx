/** @module What a connection used of each rate limit of its org, over the last hour. */

import type { ReactNode } from 'react'
import { connectionTexts } from '../../texts/console/connections.ts'
import { Chart } from '../parts/chart.tsx'
import { useNow } from '../parts/clock.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAnswer } from '../server.ts'
import { connectionPath } from './connection.ts'
import { type RateStep, rateMinutes } from './rate-minutes.ts'

const { rate: texts } = connectionTexts
const EVERY_MS = 10_000
const MINUTE_SECONDS = 60

interface Bucket {
  readonly bucket: string
  readonly limit?: number
  readonly budget?: number
  readonly remaining?: number
  readonly waiting: number
  readonly refusals: number
  readonly history: readonly RateStep[]
}

/** The budget. */
export function RateBudget({ connection }: { readonly connection: string }): ReactNode {
  const answer = useAnswer<{ readonly buckets: readonly Bucket[] }>(
    connectionPath(connection, '/rate-limits'),
    { everyMs: EVERY_MS },
  )
  return (
    <Panel title={texts.title} note={texts.note}>
      <Loaded answer={answer}>
        {({ buckets }) =>
          buckets.length === 0 ? (
            <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
          ) : (
            <div className="panels">
              {buckets.map((bucket) => (
                <BucketChart bucket={bucket} key={bucket.bucket} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Panel>
  )
}

function BucketChart({ bucket }: { readonly bucket: Bucket }): ReactNode {
  const { history, limit, budget, remaining, waiting, refusals } = bucket
  const minutes = rateMinutes(history, useNow())
  const said = [
    ...(remaining === undefined || budget === undefined ? [] : [texts.left(remaining, budget)]),
    ...(limit === undefined ? [] : [texts.ofOrg(limit)]),
    ...(waiting > 0 ? [texts.waiting(waiting)] : []),
    ...(refusals > 0 ? [texts.refused(refusals)] : []),
  ]
  return (
    <div>
      <Chart
        title={bucket.bucket}
        at={minutes.map(({ at }) => at)}
        binSeconds={MINUTE_SECONDS}
        series={[
          { name: texts.used, kind: 'bars', values: minutes.map(({ used }) => used) },
          { name: texts.budget, kind: 'line', values: minutes.map((minute) => minute.budget) },
        ]}
      />
      <p className="quiet">{said.join(' · ')}</p>
    </div>
  )
}
