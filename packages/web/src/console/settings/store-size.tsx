/** @module How large the store is, what takes the room, and when it was backed up. */

import type { ReactNode } from 'react'
import { settingsTexts } from '../../texts/console/settings.ts'
import { Facts } from '../parts/facts.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { bytesText, numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../server.ts'

const { size: texts } = settingsTexts

interface Store {
  readonly bytes: number
  readonly tables: readonly StoredTable[]
  readonly migrations: readonly string[]
  readonly backup?: { readonly at: string; readonly ageSeconds: number }
}

interface StoredTable {
  readonly name: string
  readonly bytes: number
  readonly rows?: number
}

const LISTED = 8
// Whoever backs up each week has had a day to see that it did not happen.
const OLD_SECONDS = 8 * 86_400

/** The size, and the backup. */
export function StoreSize(): ReactNode {
  const answer = useAnswer<Store>('/v1/store')
  return (
    <Panel title={texts.title}>
      <Loaded answer={answer}>
        {({ bytes, tables, migrations, backup }) => (
          <>
            <Facts
              facts={{
                [texts.backup]: <Backup of={backup} />,
                [texts.all]: bytesText(bytes),
                [texts.migrations]: migrations.at(-1) && <code>{migrations.at(-1)}</code>,
              }}
            />
            <Table
              caption={texts.tables}
              columns={columns}
              rows={tables.slice(0, LISTED)}
              keyOf={({ name }) => name}
            />
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function Backup({ of: backup }: { readonly of: Store['backup'] }): ReactNode {
  if (backup !== undefined && backup.ageSeconds < OLD_SECONDS) return <Time at={backup.at} />
  return (
    <>
      <State tone="warning">
        {backup === undefined ? texts.noBackup : <Time at={backup.at} />}
      </State>
      <p className="quiet">
        {texts.backUp} <code>{texts.backUpCommand}</code>
      </p>
    </>
  )
}

const columns: readonly Column<StoredTable>[] = [
  { key: 'name', name: texts.table, cell: ({ name }) => <code>{name}</code> },
  { key: 'bytes', name: texts.bytes, isNumber: true, cell: ({ bytes }) => bytesText(bytes) },
  {
    key: 'rows',
    name: texts.rows,
    isNumber: true,
    cell: ({ rows }) => (rows === undefined ? '—' : numberText(rows)),
  },
]
