/** @module A labelled field of several lines, with its hint and what is wrong with it. */

import type { ComponentProps, ReactNode } from 'react'
import { type About, Labelled } from './labelled.tsx'

/** The field. */
export function TextArea(
  of: About & { readonly onText: (text: string) => void } & Omit<
      ComponentProps<'textarea'>,
      'onChange'
    >,
): ReactNode {
  const { label, hint, problem, onText, ...rest } = of
  return (
    <Labelled
      {...{ label, hint, problem }}
      control={(ties) => (
        <textarea
          className="input is-code"
          rows={5}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onText(event.currentTarget.value)}
          {...ties}
          {...rest}
        />
      )}
    />
  )
}
