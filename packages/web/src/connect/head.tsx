/** @module The head of the page: what it is for, and how long its link still works. */

import { type ReactNode, useCallback } from 'react'
import { texts } from '../texts.ts'
import { isLive } from './page-state.ts'
import type { ConnectSession } from './session.ts'
import { TimeLeft } from './time-left.tsx'
import type { Connecting } from './use-connect.ts'

// Nobody needs to know of a limit before it is one.
const TRIES = 10

/** The head. @param of.onCancel - closes the page; undefined where nobody opened it. */
export function PageHead(of: {
  readonly client: ConnectSession
  readonly connecting: Connecting
  readonly onCancel: (() => void) | undefined
}): ReactNode {
  const { client, connecting, onCancel } = of
  const { state, look } = connecting
  const expiresAt = isLive(state) ? state.session.expiresAt : ''
  const msLeft = useCallback(() => client.msUntil(expiresAt), [client, expiresAt])
  if (!isLive(state)) return null
  const { name, given, triesLeft } = state.session
  const { title, subtitle, cancel } = texts.connect
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        <p>
          {subtitle.before}
          <strong>{name}</strong>
          {subtitle.after}
        </p>
        {given.description !== undefined && <p className="quiet">{given.description}</p>}
      </div>
      <div className="page-limits">
        <TimeLeft msLeft={msLeft} onEnd={look} />
        {triesLeft < TRIES && <p className="quiet">{texts.connect.triesLeft(triesLeft)}</p>}
        {onCancel !== undefined && (
          <button className="link-button" type="button" onClick={onCancel}>
            {cancel}
          </button>
        )}
      </div>
    </header>
  )
}
