/** @module How many events there are of each type; each leads to those events. */

import type { ReactNode } from 'react'
import { logTexts } from '../../texts/console/log.ts'
import { withQuery } from '../address.ts'
import { Export } from '../parts/export.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useAnswer } from '../server.ts'
import { eventsPath } from './event.ts'
import type { LogQuery } from './log-query.ts'

const { types: texts } = logTexts
const SHOWN = 12

interface TypeCount {
  readonly eventType: string
  readonly total: number
  readonly failures: number
}

/** The most frequent ones. */
export function EventTypes(of: {
  readonly connection: string
  readonly members: Readonly<Record<string, string | undefined>>
  readonly onChange: (changed: Partial<LogQuery>) => void
}): ReactNode {
  const { connection, members, onChange } = of
  const { from, to } = members
  const path = withQuery(eventsPath(connection, '/types'), { from, to })
  const answer = useAnswer<{ readonly types: readonly TypeCount[] }>(path)
  const columns: readonly Column<TypeCount>[] = [
    {
      key: 'eventType',
      name: texts.type,
      cell: ({ eventType }) => (
        <button className="link" type="button" onClick={() => onChange({ filters: { eventType } })}>
          <code>{eventType}</code>
        </button>
      ),
    },
    {
      key: 'total',
      name: texts.total,
      isNumber: true,
      cell: ({ total }) => numberText(total),
    },
    {
      key: 'failures',
      name: texts.failures,
      isNumber: true,
      cell: ({ failures }) => numberText(failures),
    },
  ]
  return (
    <Panel
      title={texts.title}
      actions={(answer.data?.types.length ?? 0) > 0 && <Export path={path} />}
    >
      <Loaded answer={answer} height="flat">
        {({ types }) =>
          types.length === 0 ? (
            <p className="quiet">{texts.none}</p>
          ) : (
            <Table
              caption={texts.title}
              columns={columns}
              rows={types.slice(0, SHOWN)}
              keyOf={({ eventType }) => eventType}
            />
          )
        }
      </Loaded>
    </Panel>
  )
}
