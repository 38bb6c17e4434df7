/** @module The tables of the store, as Kysely sees them. The newest migration and this file say the same. */

import type { PublicJwk } from '@postern/core'
import type { ColumnType, Generated } from 'kysely'
import type { AccessRule } from '../config/access-rules.ts'
import type { ConnectionSettings, DoctorResult } from './connection-settings.ts'

/** Written as text and read as what it says: a JavaScript array as a parameter means another thing to each driver. */
type Json<Value> = ColumnType<Value, string, string>

/** Every table. */
export interface Schema {
  readonly connection: ConnectionTable
  readonly secret: SecretTable
  readonly master_key: MasterKeyTable
  readonly access_key: AccessKeyTable
  readonly audit: AuditTable
  readonly audit_head: AuditHeadTable
  readonly domain: DomainTable
  readonly rotation: RotationTable
  readonly setup: SetupTable
  readonly key_draft: KeyDraftTable
  readonly lease: LeaseTable
  readonly connection_use: ConnectionUseTable
  readonly declared_key: DeclaredKeyTable
}

/** A named org and how its credential is used. No secret: those are in `secret`. */
export interface ConnectionTable {
  id: string
  name: string
  description: string | null
  org_url: string
  kind: 'service-app' | 'api-token'
  client_id: string | null
  settings: Json<ConnectionSettings>
  /** Since when the key, or the API token, is the one in use. */
  credential_since: Date
  /** How the doctor's last look came out; null: it never looked. */
  doctor: ColumnType<DoctorResult | null, string | null, string | null>
  /** Days between scheduled rotations of the key; null: none. */
  rotation_interval_days: number | null
  next_rotation_at: Date | null
  /** Grows with each change: what is opened knows by it that it is out of date. */
  revision: number
  created_at: Date
  updated_at: Date
}

/** One sealed secret. `connection_id`, `kind` and `label` are part of what is authenticated. */
export interface SecretTable {
  connection_id: string
  kind: string
  /** Tells secrets of one kind apart: the kid of a private key; empty where there is one only. */
  label: string
  /** The version of the master key that wraps the data key. */
  key_version: number
  wrapped_key: Uint8Array
  sealed: Uint8Array
  created_at: Date
}

/** The versions of the master key: what shows that a key is the right one, never the key. */
export interface MasterKeyTable {
  version: number
  /** A random value wrapped by that version. */
  check_wrapped: Uint8Array
  /** SHA-256 of the random value. */
  check_hash: Uint8Array
  created_at: Date
  /** When nothing needed it any more. */
  retired_at: Date | null
}

/** What callers present, hashed. */
export interface AccessKeyTable {
  id: string
  name: string
  secret_hash: Uint8Array
  /** The secret before the last change, good until `previous_until`. */
  previous_hash: Uint8Array | null
  previous_until: Date | null
  rules: Json<readonly AccessRule[]>
  expires_at: Date | null
  last_used_at: Date | null
  revoked_at: Date | null
  created_at: Date
}

/** What was done. Rows are added and never changed. */
export interface AuditTable {
  seq: number
  at: Date
  actor: string
  action: string
  connection: string | null
  target: string | null
  /** `ok`, or the code of the error. */
  outcome: string
  request_id: string | null
  /** JSON as it was hashed. */
  details: string
  previous_hash: Uint8Array
  hash: Uint8Array
}

/** The end of the chain; one row, whose lock puts writers in a line. */
export interface AuditHeadTable {
  id: number
  seq: number
  hash: Uint8Array
}

/** Custom domains that the operator allows. */
export interface DomainTable {
  host: string
  created_at: Date
}

/** The rotation of a connection's key that is under way, or the last one. */
export interface RotationTable {
  connection_id: string
  state: Json<unknown>
  /** When Postern goes on with it by itself; null: when a person says so. */
  due_at: Date | null
  updated_at: Date
}

/** A setup that is under way, or led to the connection that has its `id`. */
export interface SetupTable {
  id: string
  name: string
  state: Json<unknown>
  created_at: Date
  updated_at: Date
}

/** A key pair that no app has yet. Its private half is sealed under `id`. */
export interface KeyDraftTable {
  id: string
  public_jwk: Json<PublicJwk>
  created_at: Date
  expires_at: Date
}

/** Who does what only one may do at a time, and until when that holds without a sign of life. */
export interface LeaseTable {
  name: string
  holder: string
  until: Date
}

/** Which processes use a connection, so that they divide its rate limit. */
export interface ConnectionUseTable {
  connection_id: string
  process_id: string
  seen_at: Generated<Date>
}

/** The private key that a configuration file gave a connection last: the key in use may be newer by then. */
export interface DeclaredKeyTable {
  connection_id: string
  /** Of the public half: its kid, a space, its RFC 7638 thumbprint. */
  fingerprint: string
}
