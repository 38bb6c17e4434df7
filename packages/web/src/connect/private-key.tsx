/** @module The private key: pasted, dropped or chosen as a file, and gone from the page as soon as it is understood. */

import { Secret } from '@postern/core'
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { type ControlProps, Field, fieldId } from '../field.tsx'
import { texts } from '../texts.ts'
import { checkKey, readKeyFile } from './check-key.ts'
import type { KeyEntry } from './draft.ts'
import type { FormPart } from './form-part.ts'
import { KeptSecret } from './kept-secret.tsx'
import { KeySummary } from './key-summary.tsx'
import { LockedKey } from './locked-key.tsx'
import { unassisted } from './unassisted.ts'

const PAUSE_MS = 300
const unread = { code: 'file_unread', ...texts.form.key.unread }

/** The field. */
export function PrivateKeyField({ draft, judgements, change }: FormPart): ReactNode {
  const words = texts.form.key
  const state = judgements.get('key')
  const { key } = draft
  useCheckedKey(key, draft.texts.keyId.trim(), (checked) => change({ kind: 'key', key: checked }))
  useFocusKept(key.at)
  if (state === undefined) return null
  const begin = (text: string) =>
    change({
      kind: 'key',
      key: text.trim() === '' ? { at: 'none' } : { at: 'checking', text: new Secret(text) },
    })
  const hint = hintOf(key)
  return (
    <Field
      name="key"
      words={{ ...words, hint }}
      state={state}
      // Not the key: what is shown of it depends on how far it is.
      value={key.at}
      isLeft={draft.left.has('key') || 'problem' in key}
      onLeft={() => change({ kind: 'left', field: 'key' })}
      isRequired
    >
      {(control) => {
        const replace = () => begin('')
        switch (key.at) {
          case 'kept':
            return (
              <KeptSecret
                id={control.id}
                label={words.label}
                text={words.kept}
                onReplace={replace}
              />
            )
          case 'set':
            return (
              <KeptSecret
                id={control.id}
                label={words.label}
                text={words.set}
                onReplace={replace}
              />
            )
          case 'understood':
            return (
              <KeySummary
                id={control.id}
                entry={key}
                keyId={draft.texts.keyId}
                onReplace={replace}
              />
            )
          case 'locked':
          case 'checking':
            if (key.at === 'locked' || key.passphrase !== undefined) {
              return (
                <LockedKey
                  control={control}
                  isBusy={key.at === 'checking'}
                  onOpen={(passphrase) =>
                    change({ kind: 'key', key: { at: 'checking', text: key.text, passphrase } })
                  }
                  onReplace={replace}
                />
              )
            }
        }
        return (
          <KeyEntryArea
            control={control}
            onEntering={() => change({ kind: 'key', key: { at: 'entering' } })}
            onText={begin}
            onUnread={() => change({ kind: 'key', key: { at: 'refused', problem: unread } })}
          />
        )
      }}
    </Field>
  )
}

function hintOf({ at }: KeyEntry): string {
  const { cleared, hint, keptHint, passphrase, unsent } = texts.form.key
  switch (at) {
    case 'cleared':
      return cleared
    case 'kept':
      return keptHint
    case 'locked':
      return passphrase.hint
    case 'understood':
      return unsent
    default:
      return hint
  }
}

/** Checks the key of a draft whenever there is one to check. Of two that overlap, only the last one counts. */
function useCheckedKey(key: KeyEntry, keyId: string, onChecked: (key: KeyEntry) => void): void {
  const said = useRef(onChecked)
  said.current = onChecked
  useEffect(() => {
    let isStale = false
    const say = (checked: KeyEntry) => {
      if (!isStale) said.current(checked)
    }
    if (key.at === 'checking') checkKey(key, { keyId }).then(say)
    const isNew = key.at === 'set' && keyId !== '' && keyId !== key.keyId
    const timer = isNew ? setTimeout(say, PAUSE_MS, { at: 'checking', text: key.text }) : undefined
    return () => {
      isStale = true
      clearTimeout(timer)
    }
  }, [key, keyId])
}

/** When one control takes the place of another that had the focus, it takes the focus too. */
function useFocusKept(at: KeyEntry['at']): void {
  const before = useRef(at)
  useEffect(() => {
    if (before.current === at) return
    before.current = at
    if (document.activeElement === document.body) document.getElementById(fieldId('key'))?.focus()
  }, [at])
}

/** Where a key is pasted, dropped or chosen. Its text is in the control alone, never in an attribute. */
function KeyEntryArea({
  control,
  onEntering,
  onText,
  onUnread,
}: {
  readonly control: ControlProps
  /** Told at once, so that whoever tries it meanwhile is not told that there is no key. */
  readonly onEntering: () => void
  readonly onText: (text: string) => void
  readonly onUnread: () => void
}): ReactNode {
  const words = texts.form.key
  const [isOver, setIsOver] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const takeFile = (file: File | undefined) => {
    if (file === undefined) return
    clearTimeout(timer.current)
    onEntering()
    readKeyFile(file).then(onText, onUnread)
  }
  const drop = (event: DragEvent) => {
    setIsOver(false)
    takeFile(event.dataTransfer.files[0])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a way beside the control and the button in it
    <div
      className={isOver ? 'drop is-over' : 'drop'}
      onDragOver={() => setIsOver(true)}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <textarea
        {...control}
        {...unassisted}
        className="input is-code"
        rows={4}
        placeholder={words.placeholder}
        onInput={({ currentTarget, nativeEvent }) => {
          clearTimeout(timer.current)
          const { value } = currentTarget
          const isPasted = (nativeEvent as InputEvent).inputType === 'insertFromPaste'
          timer.current = setTimeout(() => onText(value), isPasted ? 0 : PAUSE_MS)
          onEntering()
        }}
      />
      <label className="link-button drop-choose">
        {words.choose}
        <input
          className="unseen"
          type="file"
          accept=".pem,.jwk,.json,.txt,.key"
          aria-label={words.file}
          onChange={({ target }) => {
            takeFile(target.files?.[0])
            target.value = ''
          }}
        />
      </label>
    </div>
  )
}
