/** @module The Connect page: what it shows from the link to the connection. */

import { type ReactNode, useEffect, useMemo } from 'react'
import type { FieldProblem } from '../client.ts'
import { texts } from '../texts.ts'
import { Choices } from './choices.tsx'
import { Connected } from './connected.tsx'
import { Guide } from './guide/guide.tsx'
import { PageHead } from './head.tsx'
import { findOpener } from './opener.ts'
import { SessionOver } from './over.tsx'
import { isLive } from './page-state.ts'
import { Problems } from './problems.tsx'
import { Refusal } from './refusal.tsx'
import type { ConnectSession } from './session.ts'
import { Trial } from './trial.tsx'
import { type Connecting, useConnect } from './use-connect.ts'
import { ValuesForm } from './values-form.tsx'

const NONE: readonly FieldProblem[] = []

/** The whole page. */
export function ConnectPage({ session: client }: { readonly session: ConnectSession }): ReactNode {
  const connecting = useConnect(client)
  const { state } = connecting
  const onClose = useOpener(connecting)
  return (
    <main className="page">
      <PageHead client={client} connecting={connecting} onCancel={onClose} />
      {viewOf(connecting, onClose)}
      {isLive(state) && <Begin client={client} connecting={connecting} />}
    </main>
  )
}

function viewOf(connecting: Connecting, onClose: (() => void) | undefined): ReactNode {
  const { state, dispatch, open, tryAgain } = connecting
  switch (state.at) {
    case 'opening':
      return <p role="status">{texts.connect.opening}</p>
    case 'unreached':
      return (
        <section className="card">
          <Refusal problem={state.problem} />
          <button className="button" type="button" onClick={open}>
            {texts.connect.again}
          </button>
        </section>
      )
    case 'over':
      return <SessionOver problem={state.problem} onClose={onClose} />
    case 'form':
      return null
    case 'trying':
      return <Trial method={state.tried.method} findings={state.findings} />
    case 'problems':
      return (
        <Problems
          outcome={state.outcome}
          refusal={state.refusal}
          isOpen={state.session.status === 'open'}
          onAgain={(keep) => tryAgain(state.outcome.tried, keep)}
          onChange={() => dispatch({ type: 'changing' })}
        />
      )
    case 'connected':
      return <Connected result={state.result} connection={state.connection} onClose={onClose} />
  }
}

/** Both ways to begin. What is not shown stays, so that nothing that was entered is lost by a look elsewhere. */
function Begin(of: {
  readonly client: ConnectSession
  readonly connecting: Connecting
}): ReactNode {
  const { client, connecting } = of
  const { state, dispatch, tryValues, tryApp } = connecting
  if (!isLive(state)) return null
  const { session, way } = state
  const { ways } = texts.connect
  const isShown = state.at === 'form'
  const problems = isShown ? state.problems : NONE
  return (
    <div hidden={!isShown}>
      {isShown && state.refusal !== undefined && <Refusal problem={state.refusal} />}
      <Choices
        name="way"
        legend={ways.legend}
        isRow
        chosen={way}
        onChoose={(chosen) => dispatch({ type: 'chosen', way: chosen })}
        choices={[
          { value: 'values', name: ways.values, hints: [ways.valuesHint] },
          { value: 'guide', name: ways.guide, hints: [ways.guideHint] },
        ]}
      />
      <section className="card" hidden={way !== 'values'}>
        <ValuesForm
          session={session}
          client={client}
          problems={way === 'values' ? problems : NONE}
          onTry={tryValues}
        />
      </section>
      <div hidden={way !== 'guide'}>
        <Guide
          session={session}
          client={client}
          problems={way === 'guide' ? problems : NONE}
          onTry={tryValues}
          onFinish={tryApp}
          ask={connecting.ask}
        />
      </div>
    </div>
  )
}

/** Tells the page that opened this one how it goes. @returns how to close this one; undefined where nobody opened it. */
function useOpener({ state }: Connecting): (() => void) | undefined {
  const session = 'session' in state ? state.session : undefined
  const { id = '', origin = null } = session ?? {}
  const opener = useMemo(() => findOpener({ id, origin }), [id, origin])
  const connection = state.at === 'connected' ? state.connection.name : undefined
  useEffect(() => {
    if (connection !== undefined) opener?.connected(connection)
  }, [opener, connection])
  useEffect(() => opener?.followHeight(), [opener])
  return opener?.close
}
