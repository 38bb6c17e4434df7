/** @module The field of one parameter of an action, by its kind. */

import type { ReactNode } from 'react'
import { actionTexts } from '../../texts/console/actions.ts'
import { ChoiceField } from '../parts/choice-field.tsx'
import { TextArea } from '../parts/text-area.tsx'
import { TextField } from '../parts/text-field.tsx'
import type { Parameter } from './action.ts'
import { NO, YES } from './arguments.ts'

const { form: texts } = actionTexts

/** The field. @param of.choices - what a text may be. */
export function ArgumentField(of: {
  readonly parameter: Parameter
  readonly choices: readonly string[] | undefined
  readonly text: string
  readonly problem: string | undefined
  readonly onText: (text: string) => void
}): ReactNode {
  const { parameter, choices, text, problem, onText } = of
  const { name, kind, description, required } = parameter
  const label = required ? name : `${name} (${texts.optional})`
  if (choices !== undefined || kind === 'boolean') {
    const named: readonly (readonly [string, string])[] = choices?.map(
      (choice) => [choice, choice] as const,
    ) ?? [
      [YES, texts.yes],
      [NO, texts.no],
    ]
    return (
      <ChoiceField
        label={label}
        hint={problem ?? description}
        value={text}
        choices={[['', required ? '' : texts.unset], ...named]}
        onChoose={onText}
      />
    )
  }
  const shared = { label, problem, value: text, onText }
  if (kind === 'users') {
    return <TextArea hint={`${description} ${texts.listHint}`} {...shared} />
  }
  if (kind === 'object' || kind === 'json') {
    return <TextArea hint={`${description} ${texts.jsonHint}`} {...shared} />
  }
  return <TextField hint={description} spellCheck={false} {...shared} />
}
