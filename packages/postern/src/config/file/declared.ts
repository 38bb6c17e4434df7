/** @module What a configuration file declares, once it was found to be in order. */

import type { AccessRule } from '../access-rules.ts'
import type { ActionDeclarationMembers } from '../action-declaration.ts'
import type { SignIn } from '../sign-in.ts'
import type { StandingApproval } from '../standing-approval.ts'
import type { ConfigPath, ConfigWarning } from './problem.ts'
import type { Reference } from './reference.ts'
import type { ConnectionInFile, FeedInFile } from './schema.ts'

/** A connection as the file declares it. Its secrets were not read. */
export interface DeclaredConnection {
  readonly name: string
  readonly line: number
  readonly members: Omit<
    ConnectionInFile,
    'secrets' | 'headers' | 'clientId' | 'keyId' | 'preApproved'
  >
  /** What nobody else has to approve; absent: nothing. */
  readonly preApproved?: readonly StandingApproval[]
  readonly clientId?: string | Reference
  readonly keyId?: string | Reference
  readonly headers?: Readonly<Record<string, string | Reference>>
  readonly secrets: Readonly<Partial<Record<'key' | 'passphrase' | 'apiToken', Reference>>>
}

/** An access key as the file declares it. */
export interface DeclaredAccessKey {
  readonly name: string
  readonly line: number
  readonly rules: readonly AccessRule[]
  readonly expiresAt?: Date
  readonly key?: Reference
}

/** A sink as the file declares it. Its secrets were not read. */
export interface DeclaredSink {
  readonly name: string
  readonly line: number
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, Reference>>
}

/** A feed as the file declares it. */
export interface DeclaredFeed {
  readonly name: string
  readonly line: number
  readonly members: FeedInFile
}

/** How people sign in, as the file declares it. Its secrets were not read. */
export interface DeclaredSignIn extends Omit<SignIn, 'credential'> {
  readonly line: number
  readonly clientSecret?: Reference
  readonly key?: Reference
}

/** An action as the file declares it. */
export interface DeclaredAction {
  readonly name: string
  readonly line: number
  readonly members: ActionDeclarationMembers
}

/** A custom domain as the file declares it. */
export interface DeclaredDomain {
  readonly host: string
  readonly line: number
}

/** A configuration file. */
export interface DeclaredConfig {
  /** As errors name it. */
  readonly file: string
  /** The folder that its paths are relative to. */
  readonly folder: string
  readonly domains: readonly DeclaredDomain[]
  readonly connections: readonly DeclaredConnection[]
  readonly sinks: readonly DeclaredSink[]
  readonly feeds: readonly DeclaredFeed[]
  readonly actions: readonly DeclaredAction[]
  readonly accessKeys: readonly DeclaredAccessKey[]
  readonly signIn?: DeclaredSignIn
  /** The line on which something stands, by the members' own names. */
  readonly lineOf: (path: ConfigPath) => number | undefined
  /** What is worth knowing about the values. */
  readonly warnings: readonly ConfigWarning[]
}
