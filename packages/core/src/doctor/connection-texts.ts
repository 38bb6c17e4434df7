/** @module A connection as a person has it: texts that nobody has judged yet. */

import type { AssertionOptions } from '../assertion/claims.ts'
import type { SigningAlg } from '../keys/signer.ts'
import type { Secret } from '../secret.ts'

/** The values of a connection. Wrong text is the first thing a doctor finds, so they are taken as they were typed. */
export interface ConnectionTexts {
  readonly orgUrl?: string | undefined
  readonly clientId?: string | undefined
  /** The private key's text or bytes. */
  readonly key?: Secret<string | Uint8Array> | undefined
  readonly keyId?: string | undefined
  readonly passphrase?: Secret | undefined
  readonly scopes?: string | undefined
  /** An API token in the place of client id, key and scopes. */
  readonly apiToken?: Secret | undefined
  readonly tokenUrl?: string | undefined
  readonly audience?: string | undefined
  readonly alg?: SigningAlg | undefined
  readonly assertion?: Omit<AssertionOptions, 'audience'> | undefined
  readonly assertionParameter?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly dpopRequired?: boolean | undefined
}
