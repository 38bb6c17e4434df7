/** @module An encrypted key, and the passphrase that it waits for. */

import { Secret } from '@postern/core'
import { type ReactNode, useRef } from 'react'
import { type ControlProps, FieldLabel } from '../field.tsx'
import { texts } from '../texts.ts'
import { unassisted } from './unassisted.ts'

/** Asks for the passphrase. */
export function LockedKey({
  control,
  isBusy,
  onOpen,
  onReplace,
}: {
  readonly control: ControlProps
  readonly isBusy: boolean
  readonly onOpen: (passphrase: Secret) => void
  readonly onReplace: () => void
}): ReactNode {
  const words = texts.form.key
  const input = useRef<HTMLInputElement>(null)
  const open = () => {
    const { value = '' } = input.current ?? {}
    if (value !== '') onOpen(new Secret(value))
  }
  return (
    <div className="summary">
      <div>
        <FieldLabel id={control.id} words={words.passphrase} isRequired />
        <div className="row">
          <input
            {...control}
            {...unassisted}
            className="input"
            type="password"
            ref={input}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              // Enter opens the key, and does not send the form.
              event.preventDefault()
              open()
            }}
          />
          <button type="button" className="button" disabled={isBusy} onClick={open}>
            {words.passphrase.open}
          </button>
        </div>
      </div>
      <button type="button" className="link-button" onClick={onReplace}>
        {words.replace}
      </button>
    </div>
  )
}
