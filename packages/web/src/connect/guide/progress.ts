/** @module How far a person is in the guide. Pure. */

import type { GuideOutcome, GuideStep } from '../answers.ts'

/** A step, and what came of looking at it. */
export interface StepState {
  readonly step: GuideStep
  readonly isDone: boolean
  readonly outcome?: GuideOutcome
}

/** The guide. */
export interface GuideProgress {
  readonly steps: readonly StepState[]
  /** The id of the step that is open; undefined where all are closed. */
  readonly open: string | undefined
  /** The id of the step that is being looked at. */
  readonly busy: string | undefined
}

/** What happens. */
export type GuideEvent =
  | { readonly type: 'begun'; readonly steps: readonly GuideStep[] }
  | { readonly type: 'toggled'; readonly id: string }
  | { readonly type: 'asked'; readonly id: string }
  | { readonly type: 'answered'; readonly id: string; readonly outcome: GuideOutcome }
  | { readonly type: 'failed' }

/** A guide that has not begun. */
export const notBegun: GuideProgress = { steps: [], open: undefined, busy: undefined }

/** The guide after an event. */
export function nextProgress(progress: GuideProgress, event: GuideEvent): GuideProgress {
  switch (event.type) {
    case 'begun': {
      // The org was asked for before there were steps.
      const asked = event.steps.filter(({ asks }) => asks?.field !== 'orgUrl')
      const steps = asked.map((step) => ({ step, isDone: step.isDone }))
      return { steps, open: firstOpen(steps), busy: undefined }
    }
    case 'toggled':
      return { ...progress, open: progress.open === event.id ? undefined : event.id }
    case 'asked':
      return { ...progress, busy: event.id }
    case 'answered': {
      const { id, outcome } = event
      const isDone = outcome.status !== 'todo'
      const steps = progress.steps.map((state) =>
        state.step.id === id ? { ...state, isDone, outcome } : state,
      )
      const open = isDone && progress.open === id ? firstOpen(steps) : progress.open
      return { steps, open, busy: undefined }
    }
    case 'failed':
      return { ...progress, busy: undefined }
  }
}

/** Whether nothing is left but to try it. */
export function isThrough({ steps }: GuideProgress): boolean {
  return steps.length > 0 && steps.every(({ isDone }) => isDone)
}

function firstOpen(steps: readonly StepState[]): string | undefined {
  return steps.find(({ isDone }) => !isDone)?.step.id
}
