/** @module Faults of the org as a whole: its clock, its host, and what it shows late. */

import type { Assumptions } from '../assumptions.ts'
import { type Fault, type FaultText, withMembersOf } from './fault.ts'
import type { ParameterValues } from './parameter.ts'

const secondsParameter = (meaning: string, value: number) =>
  ({ seconds: { meaning, type: 'number', default: value, range: [0, 1e9] } }) as const

/** Faults of the org. */
export const orgFaults: readonly Fault[] = [
  {
    kind: 'misconfiguration',
    name: 'clock-skew',
    summary: "The org's clock and the client's differ.",
    answers:
      '401 invalid_client: The client_assertion token is expired. With the org behind: … has an expiration too far into the future. / … must be issued before the current time.',
    parameters: {
      seconds: {
        meaning: 'how far the org is ahead; below 0, behind',
        type: 'number',
        default: 600,
        range: [-1e9, 1e9],
      },
    },
    change: ({ org }, values) => {
      const byMs = (values.number('seconds') ?? 0) * 1_000
      org.time.offsetMs += byMs
      return () => {
        org.time.offsetMs -= byMs
      }
    },
  },
  {
    kind: 'misconfiguration',
    name: 'custom-domain',
    summary: 'The org has a custom domain, and the client mixes it with the Okta domain.',
    answers:
      'The org answers to that Host too; an assertion for the other host is 401 invalid_client: The audience claim for client_assertion must be the endpoint invoked for the request.',
    parameters: { host: { meaning: 'the domain', type: 'text', default: 'login.acme.example' } },
    change: ({ org }, values) => {
      const before = org.customDomain
      org.customDomain = values.text('host')
      return () => {
        org.customDomain = before
      }
    },
  },
  {
    kind: 'misconfiguration',
    name: 'log-pages-short',
    summary: 'The System Log gives less on a page than it was asked for.',
    answers: 'Pages of the log end early, and their next link leads on',
    parameters: {
      rows: {
        meaning: 'the most events on a page',
        type: 'number',
        default: 1,
        range: [1, 1_000],
      },
    },
    change: ({ org: { log } }, values) => {
      const before = log.pageRows
      log.pageRows = values.number('rows') ?? 1
      return () => {
        log.pageRows = before
      }
    },
  },
  assumptionFault(
    {
      name: 'index-behind',
      summary: 'The index of search, filter and q is far behind the objects.',
      answers: 'A search does not find what was changed less than that ago',
      parameters: secondsParameter('how far', 60),
    },
    (values) => ({ indexLagMs: (values.number('seconds') ?? 0) * 1_000 }),
  ),
  assumptionFault(
    {
      name: 'log-late',
      summary: 'The System Log shows events late.',
      answers: 'An event appears behind others that were published after it',
      parameters: secondsParameter('how late', 600),
    },
    (values) => ({ logLagMs: (values.number('seconds') ?? 0) * 1_000 }),
  ),
]

function assumptionFault(
  text: FaultText,
  change: (values: ParameterValues) => Partial<Assumptions>,
): Fault {
  return {
    ...text,
    kind: 'misconfiguration',
    change: ({ org }, values) => {
      const before = org.assumptions
      const fields = change(values)
      const names = Object.keys(fields)
      org.assumptions = { ...before, ...fields }
      return () => {
        org.assumptions = withMembersOf(org.assumptions, before, names)
      }
    },
  }
}
