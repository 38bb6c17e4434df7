import type { Finding } from '@postern/core'
import { describe, expect, test } from 'vitest'
import type { TrialResult } from '../../src/connect/answers.ts'
import { nextState, opening, type PageEvent, type PageState } from '../../src/connect/page-state.ts'
import { sessionOf } from './session.ts'

const session = sessionOf()

const finding: Finding = {
  check: 'token',
  code: 'key_mismatch',
  status: 'failed',
  certainty: 'proven',
  observed: 'The kid is that of another key pair.',
  details: {},
}

const failed: TrialResult = {
  status: 'failed',
  kept: false,
  findings: [finding],
  warnings: [],
  triesLeft: 9,
  connection: null,
  session: { ...session, triesLeft: 9 },
}

const kept: TrialResult = {
  ...failed,
  status: 'ok',
  kept: true,
  findings: [],
  connection: { name: 'acme', orgUrl: 'https://acme.okta.com', kind: 'service-app', inputs: [] },
  session: { ...session, status: 'connected' },
}

const tried = { source: 'values', method: 'service-app' } as const

function after(...events: readonly PageEvent[]): PageState {
  return events.reduce(nextState, opening)
}

function refusal(code: string, problems?: readonly { readonly code: string }[]): PageEvent {
  const problem = { code, status: 400, detail: 'It was refused.', remedy: 'Do better.' }
  const all = problems?.map((one) => ({ ...one, member: 'key', message: 'No.', remedy: 'Yes.' }))
  return { type: 'refused', problem: { ...problem, ...(all ? { problems: all } : {}) } }
}

const opened: PageEvent = { type: 'opened', session }

describe('the Connect page', () => {
  test('goes from its link over the form and the try to the connection', () => {
    expect(after(opened)).toMatchObject({ at: 'form', way: 'values' })
    expect(after(opened, { type: 'chosen', way: 'guide' })).toMatchObject({ way: 'guide' })
    const running = after(opened, { type: 'tried', tried }, { type: 'found', finding })
    expect(running).toMatchObject({ at: 'trying', findings: [finding] })
    const done = nextState(running, { type: 'judged', result: kept })
    expect(done).toMatchObject({ at: 'connected', connection: { name: 'acme' } })
  })

  test('says that it is over where the address has no link', () => {
    expect(after({ type: 'opened', session: undefined })).toEqual({
      at: 'over',
      problem: undefined,
    })
  })

  test('shows what is wrong, and goes back to where the person came from', () => {
    const problems = after(
      opened,
      { type: 'chosen', way: 'guide' },
      { type: 'tried', tried },
      { type: 'judged', result: failed },
    )
    expect(problems).toMatchObject({
      at: 'problems',
      way: 'guide',
      outcome: { tried, status: 'failed', findings: [finding] },
      session: { triesLeft: 9 },
    })
    expect(nextState(problems, { type: 'changing' })).toMatchObject({ at: 'form', way: 'guide' })
  })

  test('goes on after a reload where it was', () => {
    const outcome = { tried, status: 'warning', findings: [finding] } as const
    expect(after({ type: 'opened', session, way: 'guide', outcome })).toEqual({
      at: 'problems',
      session,
      way: 'guide',
      outcome,
    })
  })

  test('shows the problems of values in the form', () => {
    const refused = after(
      opened,
      { type: 'tried', tried },
      refusal('connection_invalid', [{ code: 'kid_missing' }]),
    )
    expect(refused).toMatchObject({ at: 'form', problems: [{ code: 'kid_missing' }] })
  })

  test('keeps what is known of the last try where the next one is refused', () => {
    const refused = after(
      opened,
      { type: 'tried', tried },
      { type: 'judged', result: failed },
      { type: 'tried', tried },
      refusal('connect_session_busy'),
    )
    expect(refused).toMatchObject({
      at: 'problems',
      outcome: { findings: [finding] },
      refusal: { code: 'connect_session_busy' },
    })
    expect(nextState(refused, { type: 'asked' })).not.toHaveProperty('refusal')
  })

  test('tries again to reach the server that did not answer', () => {
    const lost = after(refusal('server_unreachable'))
    expect(lost).toMatchObject({ at: 'unreached' })
    expect(nextState(lost, opened)).toMatchObject({ at: 'form' })
  })

  test.each(['connect_session_ended', 'connect_session_invalid'])(
    'is over with %s, whatever it showed, and still knows whom to tell',
    (code) => {
      for (const state of [after(opened), after(opened, { type: 'tried', tried })]) {
        expect(nextState(state, refusal(code))).toMatchObject({ at: 'over', session })
      }
      expect(after(refusal('connect_link_used'))).not.toHaveProperty('session')
    },
  )

  test('takes nothing for news that comes too late', () => {
    const form = after(opened)
    expect(nextState(form, { type: 'found', finding })).toBe(form)
    expect(nextState(form, { type: 'judged', result: kept })).toBe(form)
    const over = after({ type: 'opened', session: undefined })
    expect(nextState(over, { type: 'tried', tried })).toBe(over)
  })
})
