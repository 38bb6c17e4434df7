/** @module The master key: whether it is right, and what each of its versions seals. */

import type { ReactNode } from 'react'
import { settingsTexts } from '../../texts/console/settings.ts'
import { ErrorState } from '../parts/error-state.tsx'
import { Facts } from '../parts/facts.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { numberText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../server.ts'

const { masterKey: texts } = settingsTexts

interface Version {
  readonly version: number
  readonly secrets: number
  readonly atHand: boolean
  readonly createdAt: string
  readonly retiredAt?: string
}

interface Answer {
  readonly state:
    | { readonly status: 'unlocked'; readonly version: number }
    | {
        readonly status: 'locked'
        readonly reason: string
        readonly observed: string
        readonly remedy: string
      }
  readonly source?: string
  readonly versions: readonly Version[]
}

/** The key. */
export function MasterKey(): ReactNode {
  const answer = useAnswer<Answer>('/v1/master-key')
  return (
    <Panel title={texts.title} note={texts.note}>
      <Loaded answer={answer}>
        {({ state, source, versions }) => (
          <>
            {state.status === 'locked' && (
              <ErrorState
                problem={{ code: state.reason, detail: state.observed, remedy: state.remedy }}
              />
            )}
            <Facts
              facts={{
                [texts.state]: (
                  <State tone={state.status === 'unlocked' ? 'good' : 'bad'}>
                    {state.status === 'unlocked' ? texts.unlocked : texts.lockedState}
                  </State>
                ),
                [texts.source]: source,
              }}
            />
            <Table
              caption={texts.versions}
              columns={columns}
              rows={versions}
              keyOf={({ version }) => version}
            />
          </>
        )}
      </Loaded>
    </Panel>
  )
}

const columns: readonly Column<Version>[] = [
  { key: 'version', name: texts.version, cell: ({ version }) => version },
  {
    key: 'secrets',
    name: texts.secrets,
    isNumber: true,
    cell: ({ secrets }) => numberText(secrets),
  },
  { key: 'atHand', name: texts.atHand, cell: ({ atHand }) => (atHand ? texts.yes : texts.no) },
  { key: 'createdAt', name: texts.made, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { key: 'retiredAt', name: texts.retired, cell: ({ retiredAt }) => <Time at={retiredAt} /> },
]
