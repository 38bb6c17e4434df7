/** @module The guide to a service app: its steps, looked at by the server as often as the person likes. */

import { type ReactNode, useEffect, useReducer, useRef } from 'react'
import { texts } from '../../texts.ts'
import type { GuideStep } from '../answers.ts'
import type { ConnectSession } from '../session.ts'
import type { Connecting } from '../use-connect.ts'
import { isThrough, nextProgress, notBegun } from './progress.ts'
import { Step } from './step.tsx'

/** What the server gave to begin with. */
export interface BegunGuide {
  readonly orgUrl: string
  readonly clientId: string | null
  readonly steps: readonly GuideStep[]
}

/** The steps, and the end of them. */
export function ServiceAppGuide(of: {
  readonly begun: BegunGuide
  readonly client: ConnectSession
  readonly onFinish: () => void
  readonly ask: Connecting['ask']
}): ReactNode {
  const { begun, client, onFinish, ask } = of
  const [progress, dispatch] = useReducer(nextProgress, notBegun, (empty) =>
    nextProgress(empty, { type: 'begun', steps: begun.steps }),
  )
  const words = texts.guide.steps
  const finish = useRef<HTMLButtonElement>(null)
  const through = isThrough(progress)
  useEffect(() => {
    if (through) finish.current?.focus()
  }, [through])
  const check = async (
    id: string,
    answer: { readonly clientId?: string; readonly skip?: boolean },
  ) => {
    dispatch({ type: 'asked', id })
    const outcome = await ask(() => client.checkStep({ step: id, ...answer }))
    dispatch(outcome === undefined ? { type: 'failed' } : { type: 'answered', id, outcome })
  }
  const { steps, open, busy } = progress
  const done = steps.filter(({ isDone }) => isDone).length
  return (
    <>
      <p className="quiet">
        {words.serviceApp(done, steps.length)} {words.keyIsHere}
      </p>
      <ol className="steps">
        {steps.map((state, index) => (
          <Step
            key={state.step.id}
            state={state}
            number={index + 1}
            isOpen={state.step.id === open}
            isBusy={busy !== undefined}
            clientId={begun.clientId}
            deeds={{
              onToggle: () => dispatch({ type: 'toggled', id: state.step.id }),
              onCheck: (answer) => check(state.step.id, answer),
            }}
          />
        ))}
      </ol>
      {through && (
        <div className="guide-end">
          <h3>{words.lastTitle}</h3>
          <p className="quiet">{words.lastHint}</p>
          <button className="button primary" type="button" ref={finish} onClick={onFinish}>
            {words.last}
          </button>
        </div>
      )}
    </>
  )
}
