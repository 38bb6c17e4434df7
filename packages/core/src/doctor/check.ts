/** @module What a check is: one question about a connection, asked in a fixed order. */

import type { Credential } from '../token/credential.ts'
import type { Examination } from './examination.ts'
import type { Observation } from './finding.ts'

/** The names of the checks. */
export type CheckName =
  | 'org-url'
  | 'client-id'
  | 'key'
  | 'api-token'
  | 'scopes'
  | 'assertion'
  | 'reachable'
  | 'clock'
  | 'admin'
  | 'token'
  | 'granted-scopes'
  | 'token-life'
  | 'owner'
  | 'reading'
  | 'writing'
  | 'pages'
  | 'search'
  | 'log'
  | 'rate-limits'
  | 'answers'

/** One question. */
export interface Check {
  readonly name: CheckName
  /** What it asks. */
  readonly question: string
  /** The checks it builds on: it is skipped unless they passed. One that does not apply counts as passed. */
  readonly needs: readonly CheckName[]
  /** The kind of credential it is about; left out, every kind. */
  readonly credential?: Credential['kind']
  /**
   * Yields what it finds. An error of Postern's ends it and becomes its finding.
   *
   * @returns whether those that build on it can go on.
   */
  run(examination: Examination): AsyncGenerator<Observation, boolean>
}
