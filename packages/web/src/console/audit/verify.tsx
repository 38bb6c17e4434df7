/** @module Goes over the whole audit log, and says what it found. */

import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { RefusedError } from '../../client.ts'
import { auditTexts } from '../../texts/console/audit.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { CopiedText } from '../parts/copied-text.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { State } from '../parts/state.tsx'
import { client } from '../server.ts'
import { AUDIT } from './row.ts'

const { verify: texts } = auditTexts

interface Verified {
  readonly intact: boolean
  readonly end: { readonly seq: number; readonly hash: string }
  readonly breach?: { readonly seq: number; readonly kind: keyof typeof texts.kinds }
}

/** The button, and what came of it. */
export function VerifyAudit(): ReactNode {
  const [rows, setRows] = useState(0)
  const verifying = useMutation<Verified, RefusedError, void>({
    mutationFn: () => {
      setRows(0)
      return client.ask<Verified>({
        path: `${AUDIT}/verify`,
        body: {},
        onEvent: (event) => setRows((event as { readonly rows: number }).rows),
      })
    },
  })
  const { data, error } = verifying
  return (
    <>
      <button
        className="button"
        type="button"
        disabled={verifying.isPending}
        onClick={() => verifying.mutate()}
      >
        {verifying.isPending ? texts.underWay(rows) : texts.button}
      </button>
      <Dialog
        isOpen={data !== undefined || error !== null}
        title={texts.button}
        onClose={() => verifying.reset()}
      >
        {error !== null && <ErrorState problem={error.problem} />}
        {data !== undefined && <Outcome verified={data} />}
        <div className="buttons">
          <button className="button primary" type="button" onClick={() => verifying.reset()}>
            {shellTexts.close}
          </button>
        </div>
      </Dialog>
    </>
  )
}

function Outcome({
  verified: { intact, end, breach },
}: {
  readonly verified: Verified
}): ReactNode {
  if (!intact && breach !== undefined) {
    return (
      <ErrorState
        problem={{
          code: `audit_${breach.kind}`,
          detail: `${texts.broken(breach.seq)} ${texts.kinds[breach.kind]}`,
          remedy: texts.remedy,
        }}
      />
    )
  }
  return (
    <>
      <p>
        <State tone="good">{texts.intact(end.seq)}</State>
      </p>
      <p className="quiet">{texts.keep}</p>
      <CopiedText text={JSON.stringify(end)} label={texts.end} />
    </>
  )
}
