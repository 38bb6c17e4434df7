/** @module One step of the guide: where, what to do, what to paste, what to give back, and whether it is done. */

import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Emphasised } from '../../emphasised.tsx'
import { Field } from '../../field.tsx'
import { fromHere } from '../../remedy.ts'
import { StatusIcon } from '../../status-icon.tsx'
import { texts } from '../../texts.ts'
import type { GuideOutcome, GuideStep } from '../answers.ts'
import { judgeClientId } from '../judge-values.ts'
import { unassisted } from '../unassisted.ts'
import { CopyValue } from './copy.tsx'
import type { StepState } from './progress.ts'

/** What a person does with a step. */
export interface StepDeeds {
  readonly onToggle: () => void
  readonly onCheck: (answer: { readonly clientId?: string; readonly skip?: boolean }) => void
}

/** The step. */
export function Step(of: {
  readonly state: StepState
  readonly number: number
  readonly isOpen: boolean
  readonly isBusy: boolean
  readonly clientId: string | null
  readonly deeds: StepDeeds
}): ReactNode {
  const { state, number, isOpen, isBusy, clientId, deeds } = of
  const { step, isDone, outcome } = state
  const title = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(isOpen)
  useEffect(() => {
    // The next step opens by itself: whoever works with the keyboard goes on there.
    if (isOpen && !wasOpen.current) title.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  const bodyId = `step-${step.id}`
  return (
    <li className={isDone ? 'step is-done' : 'step'} aria-current={isOpen ? 'step' : undefined}>
      <span className="step-sign">
        {isDone ? <StatusIcon status="ok" /> : <span className="step-number">{number}</span>}
      </span>
      <h3>
        <button
          className="step-title"
          type="button"
          ref={title}
          aria-expanded={isOpen}
          aria-controls={bodyId}
          onClick={deeds.onToggle}
        >
          {step.title}
        </button>
      </h3>
      <div className="step-body" id={bodyId} hidden={!isOpen}>
        <StepWords step={step} />
        <StepForm state={state} isBusy={isBusy} clientId={clientId} deeds={deeds} />
      </div>
      <div className="step-outcome" role="status">
        {outcome !== undefined && <Outcome outcome={outcome} isOpen={isOpen} />}
      </div>
    </li>
  )
}

type Words = Pick<GuideStep, 'where' | 'actions' | 'values' | 'warnings'>

/** What a person reads of a step. */
export function StepWords({ step }: { readonly step: Words }): ReactNode {
  const { where, actions, values, warnings } = step
  const words = texts.guide.steps
  return (
    <>
      <p className="step-where">
        <span className="quiet">{words.places}</span>
        {where.map((place, index) => (
          <span key={place}>
            {index > 0 && <span className="quiet"> {words.orPlace} </span>}
            <Emphasised text={place} />
          </span>
        ))}
      </p>
      <ol className="step-actions">
        {actions.map((action) => (
          <li key={action}>
            <Emphasised text={action} />
          </li>
        ))}
      </ol>
      {values.map(({ label, value }) => (
        <CopyValue key={`${label} ${value}`} label={label} value={value} />
      ))}
      {warnings.map((warning) => (
        <p className="step-warning" key={warning}>
          <StatusIcon status="warning" />
          <span>
            <Emphasised text={warning} />
          </span>
        </p>
      ))}
    </>
  )
}

function StepForm(of: {
  readonly state: StepState
  readonly isBusy: boolean
  readonly clientId: string | null
  readonly deeds: StepDeeds
}): ReactNode {
  const { state, isBusy, deeds } = of
  const { id, asks, isToldOnly = false } = state.step
  const words = texts.guide.steps
  const [text, setText] = useState(of.clientId ?? '')
  const [isLeft, setIsLeft] = useState(false)
  const judged = asks === undefined ? undefined : judgeClientId(text)
  const check = (event: FormEvent) => {
    event.preventDefault()
    setIsLeft(true)
    if (judged === undefined) deeds.onCheck({})
    else if (judged.is === 'good') deeds.onCheck({ clientId: text.trim() })
  }
  const verb = isToldOnly ? words.done : words.verify
  return (
    <form noValidate onSubmit={check}>
      {asks !== undefined && judged !== undefined && (
        <Field
          name={`step-${id}`}
          words={{ label: asks.label, also: asks.alsoCalled, hint: '' }}
          state={judged}
          value={text}
          isLeft={isLeft}
          onLeft={() => setIsLeft(true)}
          isRequired={true}
        >
          {(control) => (
            <input
              {...control}
              {...unassisted}
              className="input"
              required
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      )}
      <div className="buttons">
        <button className="button primary" type="submit" disabled={isBusy}>
          {isBusy ? words.verifying : verb}
        </button>
        {isToldOnly || asks !== undefined || (
          <button
            className="button"
            type="button"
            disabled={isBusy}
            onClick={() => deeds.onCheck({ skip: true })}
          >
            {words.skip}
          </button>
        )}
      </div>
    </form>
  )
}

function Outcome(of: { readonly outcome: GuideOutcome; readonly isOpen: boolean }): ReactNode {
  const { status, observed, remedy } = of.outcome
  if (status !== 'todo') return <p className="quiet">{fromHere(observed)}</p>
  return (
    <div className="notice notice-failed">
      <p className="notice-title">{fromHere(observed)}</p>
      {remedy !== undefined && (
        <p>
          <Emphasised text={fromHere(remedy)} />
        </p>
      )}
    </div>
  )
}
