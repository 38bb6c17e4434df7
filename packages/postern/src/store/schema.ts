/** @module The tables of the store, as Kysely sees them. The newest migration and this file say the same. */

import type { Finding, JsonObject, PublicJwk } from '@postern/core'
import type { ColumnType, Generated } from 'kysely'
import type { AccessRule } from '../config/access-rules.ts'
import type { StandingApproval } from '../config/standing-approval.ts'
import type {
  ConnectDraft,
  ConnectSessionSettings,
  ConnectSessionStatus,
} from './connect-session-values.ts'
import type { ConnectionSettings, DoctorResult } from './connection-settings.ts'
import type {
  FeedSettings,
  HeldDeletions,
  MissedPolicy,
  RunOutcome,
  RunReport,
  RunTrigger,
  StoredError,
} from './feed-values.ts'

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
  readonly connect_session: ConnectSessionTable
  readonly console_session: ConsoleSessionTable
  readonly plan: PlanTable
  readonly action_run: ActionRunTable
  readonly standing_approval: StandingApprovalTable
  readonly declared_action: DeclaredActionTable
  readonly lease: LeaseTable
  readonly connection_use: ConnectionUseTable
  readonly declared_key: DeclaredKeyTable
  readonly sink: SinkTable
  readonly feed: FeedTable
  readonly feed_state: FeedStateTable
  readonly feed_stream: FeedStreamTable
  readonly spool: SpoolTable
  readonly feed_sink: FeedSinkTable
  readonly mirror: MirrorTable
  readonly reread: RereadTable
  readonly run: RunTable
  readonly ledger: LedgerTable
  readonly gap: GapTable
  readonly dead_letter: DeadLetterTable
  readonly 'records.event': EventTable
  readonly 'records.event_count': EventCountTable
  readonly 'records.object': ObjectTable
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
  /** To the minute; null: it was never used. */
  last_used_at: Generated<Date | null>
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

/** A link that lets one person give the values of one connection. What is secret of its draft is sealed under `id`. */
export interface ConnectSessionTable {
  id: string
  /** Of the connection that is to be. */
  name: string
  status: ConnectSessionStatus
  /** SHA-256 of the secret of the link. */
  link_hash: Uint8Array
  /** SHA-256 of the secret that the link was exchanged for; null: it was not yet. */
  token_hash: Uint8Array | null
  settings: Json<ConnectSessionSettings>
  /** What the last try with values that can be used was made of; null: there was none, or it has ended. */
  draft: ColumnType<ConnectDraft | null, string | null, string | null>
  /** Tries that came to nothing. */
  failures: number
  /** Of the last try. */
  findings: ColumnType<readonly Finding[] | null, string | null, string | null>
  created_at: Date
  expires_at: Date
  ended_at: Date | null
}

/** A browser in which somebody has signed in to the console. */
export interface ConsoleSessionTable {
  id: string
  /** SHA-256 of the secret of its cookie. */
  secret_hash: Uint8Array
  /** As the audit log names whoever signed in. */
  actor: string
  /** As the console shows them. */
  name: string
  /** The access key it was exchanged for; null: it is a person's. */
  key_id: string | null
  /** What it stands on, and ends with: SHA-256 of the secret of that key, or of the sign-in that a person came through. */
  ground_hash: Uint8Array
  /** Of a person. A key has its own. */
  rules: ColumnType<readonly AccessRule[] | null, string | null, string | null>
  created_at: Date
  used_at: Date
  expires_at: Date
  ended_at: Date | null
}

/** A change that somebody asked for and another one decides on. What it would do is sealed under `id`. */
export interface PlanTable {
  id: string
  connection_id: string
  /** The name of the action. */
  action: string
  /** The actor. */
  requested_by: string
  /** SHA-256 of the secret of its code. */
  code_hash: Uint8Array
  state: PlanState
  /** Who approved or refused it; `standing:` and what was approved for good, where that did. */
  decided_by: string | null
  decided_at: Date | null
  applied_at: Date | null
  created_at: Date
  expires_at: Date
}

/** What a plan has come to. One that nobody applied in time stays as it was. */
export type PlanState = 'waiting' | 'approved' | 'refused' | 'applied'

/** A run that its caller gave an idempotency key. Its answer is sealed under `id`. */
export interface ActionRunTable {
  /** SHA-256 of actor, connection and key. */
  id: string
  connection_id: string
  /** SHA-256 of what was asked. */
  request_hash: Uint8Array
  /** Null: it is under way, or its process ended. */
  ended_at: Date | null
  expires_at: Date
}

/** What an operator approves of a connection before anybody asks. */
export interface StandingApprovalTable {
  connection_id: string
  approvals: Json<readonly StandingApproval[]>
  updated_at: Date
}

/** An action that an operator declared. */
export interface DeclaredActionTable {
  name: string
  declaration: Json<{
    /** What core takes, less its name. */
    readonly declaration: JsonObject
    /** The names of the connections that it is for; absent: every one. */
    readonly connections?: readonly string[]
  }>
  created_at: Date
  updated_at: Date
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

/** A named place that batches are written to. Its secrets are sealed in `secret` under its id. */
export interface SinkTable {
  id: string
  name: string
  /** The name of a sink kind. */
  kind: string
  settings: Json<Readonly<Record<string, unknown>>>
  /** Grows with each change: what is opened knows by it that it is out of date. */
  revision: number
  created_at: Date
  updated_at: Date
}

/** A connection, an input, sinks (in `feed_sink`) and a schedule. */
export interface FeedTable {
  id: string
  name: string
  connection_id: string
  /** The name of an input. */
  input: string
  settings: Json<FeedSettings>
  /** Five fields, normalised; null: it runs when somebody says so. */
  cron: string | null
  /** An IANA name. */
  timezone: string
  missed: MissedPolicy
  paused_at: Date | null
  /** When its next job is to start; null: none was sent. */
  next_run_at: Date | null
  /** Why deletions are held back until somebody confirms them. */
  held: ColumnType<HeldDeletions | null, string | null, string | null>
  /** When somebody asked that every object is passed on again; null: nobody did, or it is under way. */
  resync_at: Date | null
  revision: number
  created_at: Date
  updated_at: Date
}

/** The fence of a feed, and how full its spool is. One row for each feed. */
export interface FeedStateTable {
  feed_id: string
  /** Grows with each owner: who has an older one writes nothing. */
  epoch: number
  /** The last batch that was spooled; they are numbered without a hole. */
  seq: number
  spool_records: number
  spool_bytes: number
}

/** How far one stream of a feed has been read. */
export interface FeedStreamTable {
  feed_id: string
  name: string
  state: Json<Readonly<Record<string, unknown>>>
  updated_at: Date
}

/** A batch that was read and not yet confirmed by every sink. */
export interface SpoolTable {
  feed_id: string
  seq: number
  records: number
  /** Of the lines, before they were compressed. */
  bytes: number
  /** The lines, gzip. */
  body: Uint8Array
  /** The org's time. */
  read_at: Date
  /** Whether its records were read for a second time: after a lost cursor, or because they had been missing. */
  replay: boolean
}

/** How far one sink of a feed has confirmed. */
export interface FeedSinkTable {
  feed_id: string
  sink_id: string
  /** The last batch that it confirmed. */
  seq: number
  /** Where it wrote it, as the sink says. */
  position: ColumnType<Readonly<Record<string, unknown>> | null, string | null, string | null>
  /** In a row. */
  failures: number
  failing_since: Date | null
  /** Not tried again before. */
  retry_at: Date | null
  error: ColumnType<StoredError | null, string | null, string | null>
  confirmed_at: Date | null
}

/** One object of an org as it was last seen by a feed. */
export interface MirrorTable {
  feed_id: string
  /** `user`, `group`, `group-member`, `app`, `app-user`, `app-group` */
  kind: string
  id: string
  /** The group of a member, the app of an assignment. */
  parent: string | null
  /** Counts its changes, from 1. */
  version: number
  /** Of what it says, without its links. */
  hash: string
  last_updated: Date | null
  /** The complete read that saw it last: of everything, or of the list behind its parent. */
  generation: number
  /** When what it says was taken over. The org's time, as all times here. */
  changed_at: Date
  first_seen_at: Date
  deleted_at: Date | null
}

/** An object that the System Log says something happened to: it is read again by its id. */
export interface RereadTable {
  feed_id: string
  kind: string
  id: string
  due_at: Date
  /** When once more after that; null: not. */
  again_at: Date | null
}

/** One run of a feed. */
export interface RunTable {
  id: string
  feed_id: string
  trigger: RunTrigger
  epoch: number
  started_at: Date
  ended_at: Date | null
  /** Null while it is under way. */
  outcome: RunOutcome | null
  report: Json<RunReport>
}

/** The ids of the events of one batch, for as long as they may be compared with the org's. */
export interface LedgerTable {
  feed_id: string
  seq: number
  /** 16 bytes each: the first half of the SHA-256 of the id. */
  ids: Uint8Array
  first_published: Date | null
  last_published: Date | null
  created_at: Generated<Date>
}

/** A piece of history that could not be read. */
export interface GapTable {
  id: string
  feed_id: string
  /** Null: from the beginning. */
  from_at: Date | null
  to_at: Date
  reason: string
  created_at: Date
}

/** A record that a sink refused for good. */
export interface DeadLetterTable {
  feed_id: string
  sink_id: string
  seq: number
  /** Its place in the batch. */
  index: number
  record: Uint8Array
  code: string
  reason: string
  created_at: Date
}

/** An event, as the sink `store` keeps it. */
export interface EventTable {
  connection_id: string
  uuid: string
  published: Date
  event_type: string | null
  severity: string | null
  outcome: string | null
  actor_id: string | null
  actor_login: string | null
  client_ip: string | null
  session_id: string | null
  transaction_id: string | null
  target_ids: string[]
  /** As Okta sent it. Read as text: a driver would parse it, and it would be another one. */
  raw: Json<unknown>
}

/** How many events there are in an hour or a day of UTC, so that those of months are counted in no time. */
export interface EventCountTable {
  connection_id: string
  grain: 'hour' | 'day'
  at: Date
  /** Empty: events of every type, and those without one. */
  event_type: string
  /** Nothing is left of them where it is 0. */
  total: string | number
  /** With the outcome `FAILURE` or `DENY`. */
  failures: string | number
}

/** An object as it is now, as the sink `store` keeps it. */
export interface ObjectTable {
  connection_id: string
  kind: string
  id: string
  /** Whose versions these are. */
  feed_id: string
  /** Of a member or an assignment: the group or the app, and the user or group. */
  parent: string | null
  child: string | null
  status: string | null
  label: string | null
  login: string | null
  version: number
  hash: string
  observed_at: Date
  raw: Json<unknown>
}
