/** @module The token that the server holds for a connection: its kind, what was granted, and when it ends. Nothing of itself. */

import type { ReactNode } from 'react'
import { connectionTexts } from '../../texts/console/connections.ts'
import { Facts } from '../parts/facts.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import type { Connection } from './connection.ts'
import { Scopes } from './scopes.tsx'

const { token: texts } = connectionTexts

/** The token. */
export function HeldToken(of: { readonly token: Connection['token'] | undefined }): ReactNode {
  const { token } = of
  return (
    <Panel title={texts.title} note={texts.note}>
      {token === undefined ? (
        <p>{texts.none}</p>
      ) : (
        <Facts
          facts={{
            [texts.type]: token.type,
            [texts.granted]: <Scopes scopes={token.scopes} />,
            [texts.ends]: <Time at={token.expiresAt} />,
          }}
        />
      )}
    </Panel>
  )
}
