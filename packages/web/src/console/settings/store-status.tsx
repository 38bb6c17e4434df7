/** @module Where everything is kept, and how safely. */

import type { ReactNode } from 'react'
import { settingsTexts } from '../../texts/console/settings.ts'
import { ErrorState } from '../parts/error-state.tsx'
import { Facts } from '../parts/facts.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { useAnswer } from '../server.ts'
import { STATUS, type Status } from './status.ts'

const { store: texts } = settingsTexts

/** The store. */
export function StoreStatus(): ReactNode {
  const answer = useAnswer<Status>(STATUS)
  return (
    <Panel title={texts.title}>
      <Loaded answer={answer}>
        {({ status, store, version, durability, locked }) => (
          <>
            {locked !== undefined && (
              <ErrorState
                problem={{
                  code: `seal_locked (${locked.reason})`,
                  detail: texts.locked,
                  remedy: locked.remedy,
                }}
              />
            )}
            <Facts
              facts={{
                [texts.state]: (
                  <State tone={status === 'ready' ? 'good' : 'bad'}>{texts.states[status]}</State>
                ),
                [texts.kind]: texts.kinds[store],
                [texts.durability]: durability && (
                  <>
                    {texts.modes[durability.mode]}
                    <p className="quiet">{durability.note}</p>
                  </>
                ),
                [texts.version]: version,
              }}
            />
          </>
        )}
      </Loaded>
    </Panel>
  )
}
