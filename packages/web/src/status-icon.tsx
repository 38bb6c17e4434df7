/** @module The sign of how something came out. */

import type { FindingStatus } from '@postern/core'
import type { ReactNode } from 'react'
import { trialTexts } from './texts/trial.ts'

/** The sign of a status, with its word for those who do not see it. */
export function StatusIcon({ status }: { readonly status: FindingStatus }): ReactNode {
  return (
    <svg className={`status-icon status-${status}`} viewBox="0 0 20 20" role="img">
      <title>{trialTexts.statuses[status]}</title>
      <circle cx="10" cy="10" r="9" />
      <path d={SIGNS[status]} />
    </svg>
  )
}

const SIGNS: Readonly<Record<FindingStatus, string>> = {
  ok: 'M5.8 10.4l2.8 2.8 5.6-6',
  information: 'M10 9.2v5M10 5.9v.2',
  warning: 'M10 5.6v5.6M10 14v.2',
  failed: 'M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4',
  unknown: 'M7.4 7.8a2.6 2.6 0 1 1 3.6 2.4q-1 .5-1 1.5M10 14.2v.2',
  skipped: 'M6.5 10h7',
}
