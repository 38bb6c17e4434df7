/** @module The guide to an API token: its one step, the value of which is tried at once. */

import { apiTokenStep, checkApiToken, Secret } from '@postern/core'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import type { FieldProblem } from '../../client.ts'
import { Field } from '../../field.tsx'
import { type Judgement, judgeText } from '../../judgement.ts'
import { texts } from '../../texts.ts'
import type { ConnectionMembers } from '../answers.ts'
import { Refusal } from '../refusal.tsx'
import { unassisted } from '../unassisted.ts'
import { StepWords } from './step.tsx'

/** The steps. @param of.problems - what the server refused of the last try. */
export function ApiTokenGuide(of: {
  readonly orgUrl: string
  /** The name of the connection, which the token gets too. */
  readonly name: string
  readonly problems: readonly FieldProblem[]
  readonly onTry: (members: Partial<ConnectionMembers>) => void
}): ReactNode {
  const { orgUrl, name, problems, onTry } = of
  const step = apiTokenStep({ label: name })
  return (
    <ol className="steps">
      <li className="step" aria-current="step">
        <span className="step-sign">
          <span className="step-number">1</span>
        </span>
        <h3>{step.title}</h3>
        <div className="step-body">
          <StepWords step={step} />
          {problems.map(({ member, code, message, remedy }) => (
            <Refusal key={`${member} ${code}`} problem={{ code, detail: message, remedy }} />
          ))}
          <TokenForm onToken={(apiToken) => onTry({ orgUrl, apiToken })} />
        </div>
      </li>
    </ol>
  )
}

function TokenForm(of: { readonly onToken: (apiToken: string) => void }): ReactNode {
  const control = useRef<HTMLInputElement>(null)
  const [state, setState] = useState<Judgement>({ is: 'blank' })
  const [isLeft, setIsLeft] = useState(false)
  // What is typed stays in the control alone, until it is sent.
  const read = () => control.current?.value.trim() ?? ''
  const send = (event: FormEvent) => {
    event.preventDefault()
    setIsLeft(true)
    const text = read()
    const judged = judgeToken(text)
    setState(judged)
    if (text === '' || judged.is === 'bad') return
    if (control.current !== null) control.current.value = ''
    of.onToken(text)
  }
  return (
    <form noValidate onSubmit={send}>
      <Field
        name="guide-token"
        words={texts.form.apiToken}
        state={state}
        value=""
        isLeft={isLeft}
        onLeft={() => setIsLeft(true)}
        isRequired={true}
      >
        {(props) => (
          <input
            {...props}
            className="input"
            ref={control}
            {...unassisted}
            type="password"
            required
            onChange={() => setState(judgeToken(read()))}
          />
        )}
      </Field>
      <div className="buttons">
        <button className="button primary" type="submit">
          {texts.guide.steps.tryToken}
        </button>
      </div>
    </form>
  )
}

function judgeToken(text: string): Judgement {
  return judgeText(text, () => {
    checkApiToken({ kind: 'api-token', apiToken: new Secret(text) })
    return undefined
  })
}
