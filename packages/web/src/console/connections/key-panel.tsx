/** @module The key of a connection: how old it is, how its rotation stands, and a new one. */

import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { RefusedError } from '../../client.ts'
import { connectionTexts } from '../../texts/console/connections.ts'
import { Dialog } from '../parts/dialog.tsx'
import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { Facts } from '../parts/facts.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { say } from '../parts/notices.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { askAgain, client, useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import { AdminChoice, type AdminDraft, adminBody, isComplete, noAdmin } from './admin-choice.tsx'
import { CONNECTIONS, type Connection, connectionPath } from './connection.ts'

const { rotation: texts, facts, days } = connectionTexts

type Phase = keyof typeof texts.phases

interface Rotation {
  readonly phase: Phase | null
  readonly keyInUse: string | null
  readonly oldKey: string | null
  readonly newKey: string | null
  readonly intervalDays: number | null
  readonly nextRotationAt: string | null
  readonly dueAt: string | null
  readonly lastError: {
    readonly code: string
    readonly message: string
    readonly remedy: string
  } | null
}

/** The key. */
export function KeyPanel({ connection }: { readonly connection: Connection }): ReactNode {
  const { name, kid, credentialAgeDays, credentialSince, rotationIntervalDays } = connection
  const mayRotate = usePermissions().may('keys', name)
  const [isOpen, setOpen] = useState(false)
  const answer = useAnswer<Rotation>(connectionPath(name, '/rotation'))
  return (
    <Panel
      title={texts.title}
      note={texts.note}
      actions={
        mayRotate ? (
          <button className="button small" type="button" onClick={() => setOpen(true)}>
            {isUnderWay(answer.data?.phase) ? texts.goOn : texts.rotate}
          </button>
        ) : undefined
      }
    >
      <Loaded answer={answer} height="flat">
        {({ phase, keyInUse, oldKey, newKey, nextRotationAt, dueAt, lastError }) => (
          <>
            {lastError !== null && (
              <ErrorState
                problem={{
                  code: lastError.code,
                  detail: lastError.message,
                  remedy: lastError.remedy,
                }}
              />
            )}
            <Facts
              facts={{
                [texts.inUse]: <code>{keyInUse ?? kid}</code>,
                [facts.keyAge]: (
                  <>
                    {days(credentialAgeDays)} · <Time at={credentialSince} />
                  </>
                ),
                [facts.rotation]:
                  rotationIntervalDays === undefined
                    ? facts.notScheduled
                    : facts.everyDays(rotationIntervalDays),
                [facts.next]: nextRotationAt === null ? undefined : <Time at={nextRotationAt} />,
                [texts.phase]: phase === null ? texts.neverRotated : texts.phases[phase],
                [texts.oldKey]:
                  isUnderWay(phase) && oldKey !== null ? <code>{oldKey}</code> : undefined,
                [texts.newKey]:
                  isUnderWay(phase) && newKey !== null ? <code>{newKey}</code> : undefined,
                [texts.dueAt]: dueAt === null ? undefined : <Time at={dueAt} />,
              }}
            />
          </>
        )}
      </Loaded>
      {isOpen && <RotateDialog connection={connection} onClose={() => setOpen(false)} />}
    </Panel>
  )
}

function isUnderWay(phase: Phase | null | undefined): boolean {
  return phase !== null && phase !== undefined && phase !== 'finished' && phase !== 'rolled-back'
}

type Step =
  | { readonly event: 'reached'; readonly phase: Phase; readonly kid: string }
  | { readonly event: 'waiting'; readonly reason: string; readonly waitMs: number }

function RotateDialog(of: {
  readonly connection: Connection
  readonly onClose: () => void
}): ReactNode {
  const { connection, onClose } = of
  const { name } = connection
  const [admin, setAdmin] = useState<AdminDraft>(noAdmin)
  const [keepOld, setKeepOld] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const [steps, setSteps] = useState<readonly Step[]>([])
  const rotating = useMutation<Rotation, RefusedError, object>({
    mutationFn: (body) => {
      setSteps([])
      return client.ask<Rotation>({
        path: connectionPath(name, '/rotate'),
        body,
        onEvent: (step) => setSteps((known) => [...known, step as Step]),
      })
    },
    onSettled: () => {
      void askAgain([CONNECTIONS, '/v1/audit'])
    },
    onSuccess: () => {
      say(texts.done)
      onClose()
    },
  })
  const rotate = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    if (!isComplete(admin)) return
    rotating.mutate({ ...adminBody(admin), ...(keepOld ? { keepOld } : {}) })
  }
  const isBusy = rotating.isPending
  return (
    <Dialog
      isOpen
      title={texts.dialogTitle(name)}
      description={<p>{texts.note}</p>}
      onClose={isBusy ? undefined : onClose}
    >
      <form onSubmit={rotate} noValidate>
        <AdminChoice
          draft={admin}
          onChange={setAdmin}
          org={connection}
          ways={['none', 'connection', 'token']}
          isMissing={isAsked && !isComplete(admin)}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={keepOld}
            onChange={(event) => setKeepOld(event.currentTarget.checked)}
          />
          {texts.keepOld}
        </label>
        <ol className="steps" aria-live="polite">
          {steps.map((step) => (
            <li key={JSON.stringify(step)}>
              {step.event === 'reached'
                ? texts.phases[step.phase]
                : texts.waiting(step.reason, Math.round(step.waitMs / 1_000))}
            </li>
          ))}
        </ol>
        {rotating.error !== null && <ErrorState problem={rotating.error.problem} />}
        <DialogButtons
          submit={texts.button}
          underWay={texts.underWay}
          isBusy={isBusy}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  )
}
