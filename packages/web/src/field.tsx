/** @module A labelled control with what is said about it: its other names, a hint, what was understood, or a problem. */

import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Judgement } from './judgement.ts'
import { texts } from './texts.ts'

/** What every field says of itself. */
export interface FieldWords {
  readonly label: string
  /** What the documents of other products call it. */
  readonly also: readonly string[]
  readonly hint: string
}

/** What a control needs to belong to its field. */
export interface ControlProps {
  readonly id: string
  readonly 'aria-describedby': string
  readonly 'aria-invalid': boolean
  readonly onBlur: () => void
}

interface FieldProps {
  readonly name: string
  readonly words: FieldWords
  readonly state: Judgement
  /** Changes with the value, so that it is known when somebody pauses. */
  readonly value: string
  /** Whether the person has been in the field and has left it. */
  readonly isLeft: boolean
  readonly onLeft: () => void
  readonly isRequired?: boolean
  readonly children: (control: ControlProps) => ReactNode
}

/** One field. */
export function Field(props: FieldProps): ReactNode {
  const { name, words, state, value, isLeft, onLeft, isRequired = false, children } = props
  const shown = useShown(state, { value, isLeft })
  const id = fieldId(name)
  const messageId = `${id}-message`
  const isBad = shown.is === 'bad'
  return (
    <div className="field">
      <FieldLabel id={id} words={words} isRequired={isRequired} />
      {children({
        id,
        'aria-describedby': messageId,
        'aria-invalid': isBad,
        onBlur: onLeft,
      })}
      <FieldMessage id={messageId} state={shown} hint={words.hint} isAlert={isLeft} />
    </div>
  )
}

/** The id of the control of a field. */
export function fieldId(name: string): string {
  return `field-${name}`
}

/** A label with its other names, so that whoever comes with another product's document finds the place. */
export function FieldLabel({
  id,
  words,
  isRequired,
}: {
  readonly id: string
  readonly words: Pick<FieldWords, 'label' | 'also'>
  readonly isRequired: boolean
}): ReactNode {
  return (
    <label className="field-label" htmlFor={id}>
      {words.label}
      {isRequired ? null : <span className="field-optional"> {texts.form.optional}</span>}
      <AlsoCalled names={words.also} />
    </label>
  )
}

/** The other names of something. */
export function AlsoCalled({ names }: { readonly names: readonly string[] }): ReactNode {
  if (names.length === 0) return null
  return <span className="also"> {texts.form.also(names.join(', '))}</span>
}

/** What is said below a control. The line of the hint is there from the start, so that nothing jumps. */
export function FieldMessage({
  id,
  state,
  hint,
  isAlert,
}: {
  readonly id: string
  readonly state: Judgement
  readonly hint: ReactNode
  readonly isAlert: boolean
}): ReactNode {
  if (state.is === 'bad') {
    const { message, remedy } = state.problem
    return (
      <div className="message is-bad" id={id} {...(isAlert ? { role: 'alert' } : {})}>
        <p>{message}</p>
        <p>{remedy}</p>
      </div>
    )
  }
  const notes = state.is === 'good' ? state.notes : []
  const echo = state.is === 'good' ? state.echo : state.is === 'asked' ? state.note : undefined
  return (
    <div className="message" id={id}>
      {echo === undefined ? (
        notes.length === 0 && <p>{hint}</p>
      ) : (
        <p className="echo" role="status">
          {echo}
        </p>
      )}
      {notes.map((note) => (
        <p className="note" key={note}>
          {note}
        </p>
      ))}
    </div>
  )
}

const PAUSE_MS = 250
// Nobody is told that the first letters of a word are no word.
const LONG_PAUSE_MS = 1_200
const FIRST_CHARACTERS = 4

/** What to show of a state that changes with every key: the last one at which somebody paused. */
function useShown(
  state: Judgement,
  { value, isLeft }: { readonly value: string; readonly isLeft: boolean },
): Judgement {
  const [shown, setShown] = useState(state)
  const key = JSON.stringify(state)
  const isEarly = state.is === 'bad' && !isLeft
  const typed = useRef(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the state, which is a new object each time
  useEffect(() => {
    // Nobody waits for what changed without their typing: a field that was left, an answer that came.
    const pauseMs = typed.current === value ? 0 : PAUSE_MS
    typed.current = value
    const timers = [setTimeout(() => setShown(isEarly ? { is: 'blank' } : state), pauseMs)]
    if (isEarly && value.length >= FIRST_CHARACTERS) {
      timers.push(setTimeout(() => setShown(state), LONG_PAUSE_MS))
    }
    return () => {
      for (const timer of timers) clearTimeout(timer)
    }
  }, [key, value, isLeft])
  return shown
}
