/** @module A labelled text field, with its hint and what is wrong with it. */

import type { ComponentProps, ReactNode } from 'react'
import { type About, Labelled } from './labelled.tsx'

/** The field. */
export function TextField(
  of: About & { readonly onText: (text: string) => void } & Omit<
      ComponentProps<'input'>,
      'onChange'
    >,
): ReactNode {
  const { label, hint, problem, onText, ...rest } = of
  return (
    <Labelled
      {...{ label, hint, problem }}
      control={(ties) => (
        <input
          className="input"
          autoComplete="off"
          onChange={(event) => onText(event.currentTarget.value)}
          {...ties}
          {...rest}
        />
      )}
    />
  )
}
