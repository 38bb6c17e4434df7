import { describe, expect, test } from 'vitest'
import type { GuideStep } from '../../../src/connect/answers.ts'
import { isThrough, nextProgress, notBegun } from '../../../src/connect/guide/progress.ts'

function step(id: string, isDone = false): GuideStep {
  return { id, title: id, where: [], actions: [], values: [], warnings: [], isDone }
}

const org: GuideStep = {
  ...step('org'),
  asks: { field: 'orgUrl', label: 'Org URL', alsoCalled: [], isSecret: false },
}

const begun = nextProgress(notBegun, {
  type: 'begun',
  steps: [org, step('sign-in', true), step('scopes'), step('roles')],
})

describe('the progress of a guide', () => {
  test('opens the first step that is not done, and leaves out the org that was asked for', () => {
    expect(begun.steps.map((state) => state.step.id)).toEqual(['sign-in', 'scopes', 'roles'])
    expect(begun.open).toBe('scopes')
  })

  test('goes on with the next step once one is done or left to the person', () => {
    const scoped = nextProgress(begun, {
      type: 'answered',
      id: 'scopes',
      outcome: { status: 'done', observed: 'Granted.' },
    })
    expect(scoped).toMatchObject({ open: 'roles', busy: undefined })
    expect(isThrough(scoped)).toBe(false)
    const through = nextProgress(scoped, {
      type: 'answered',
      id: 'roles',
      outcome: { status: 'unknown', observed: 'Left to you.' },
    })
    expect(through.open).toBeUndefined()
    expect(isThrough(through)).toBe(true)
  })

  test('stays with a step that is not done', () => {
    const outcome = { status: 'todo', observed: 'Not granted yet.', remedy: 'Grant it.' } as const
    const asked = nextProgress(begun, { type: 'asked', id: 'scopes' })
    expect(asked.busy).toBe('scopes')
    const answered = nextProgress(asked, { type: 'answered', id: 'scopes', outcome })
    expect(answered).toMatchObject({ open: 'scopes', busy: undefined })
    expect(answered.steps[1]).toMatchObject({ isDone: false, outcome })
  })

  test('opens and closes a step that was done', () => {
    const opened = nextProgress(begun, { type: 'toggled', id: 'sign-in' })
    expect(opened.open).toBe('sign-in')
    expect(nextProgress(opened, { type: 'toggled', id: 'sign-in' }).open).toBeUndefined()
  })
})
