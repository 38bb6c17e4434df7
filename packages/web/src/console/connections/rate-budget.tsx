/** @module What a connection used of each rate limit of its org, over the last hour. */

import type { ReactNode } from 'react'
import { connectionTexts } from '../../texts/console/connections.ts'
import { Chart } from '../parts/chart.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { codeOf, useAnswer } from '../server.ts'
import { connectionPath } from './connection.ts'

const { rate: texts } = connectionTexts
const EVERY_MS = 10_000

interface Bucket {
  readonly bucket: string
  readonly limit: number
  readonly remaining: number
  readonly resetAt: string
  readonly share: number
  readonly waiting: number
  readonly history: readonly {
    readonly at: string
    readonly used: number
    readonly limit: number
  }[]
}

/** The budget; nothing where this server does not tell it. */
export function RateBudget({ connection }: { readonly connection: string }): ReactNode {
  const answer = useAnswer<{ readonly buckets: readonly Bucket[] }>(
    connectionPath(connection, '/rate-limits'),
    { everyMs: EVERY_MS },
  )
  if (codeOf(answer.error) === 'route_not_found') return null
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
  const { history, limit, remaining, waiting } = bucket
  return (
    <div>
      <Chart
        title={bucket.bucket}
        at={history.map(({ at }) => new Date(at))}
        binSeconds={EVERY_MS / 1_000}
        series={[
          { name: texts.used, kind: 'bars', values: history.map(({ used }) => used) },
          { name: texts.limit, kind: 'line', values: history.map((step) => step.limit) },
        ]}
      />
      <p className="quiet">
        {texts.left(remaining, limit)}
        {waiting > 0 && ` · ${texts.waiting(waiting)}`}
      </p>
    </div>
  )
}
