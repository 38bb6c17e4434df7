/** @module Every value that a configuration file comes to, and where each comes from. Secrets are named, never shown. */

import { stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { assertionType, formatScopes, type JsonValue, tokenUrl } from '@postern/core'
import { showPath as showFilePath } from '../secret-reference.ts'
import { parseWithStandIns } from './check-connection.ts'
import type {
  DeclaredAccessKey,
  DeclaredAction,
  DeclaredConfig,
  DeclaredConnection,
  DeclaredFeed,
  DeclaredSignIn,
  DeclaredSink,
} from './declared.ts'
import { type ConfigPath, showPath } from './problem.ts'
import type { Reference } from './reference.ts'
import { plainHeaders } from './understand.ts'

/** One value. */
export interface ExplainedValue {
  /** `connections.acme.orgUrl` */
  readonly path: string
  readonly value: JsonValue
  /** `line 4`, `default`, `fixed`; of a secret its place, and whether something is there. */
  readonly from: string
}

/** What stands for the value of a secret. */
export const SECRET = '(secret)'
// What is named otherwise may be the secret itself, put where its variable belongs.
const USUAL_VARIABLE = /^[A-Z_][A-Z0-9_]{0,63}$/

/** Explains a file, in its order. @param env - only asked which variables are set. */
export async function explainConfig(
  config: DeclaredConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly ExplainedValue[]> {
  const explainer = new Explainer(config, env)
  for (const [index, { host }] of config.domains.entries()) {
    explainer.add(['domains', index], host)
  }
  for (const connection of config.connections) await explainer.addConnection(connection)
  for (const sink of config.sinks) await explainer.addSink(sink)
  for (const feed of config.feeds) explainer.addFeed(feed)
  for (const action of config.actions) explainer.addAction(action)
  for (const key of config.accessKeys) await explainer.addAccessKey(key)
  if (config.signIn !== undefined) await explainer.addSignIn(config.signIn)
  return explainer.values
}

class Explainer {
  readonly values: ExplainedValue[] = []
  readonly #config: DeclaredConfig
  readonly #env: Readonly<Record<string, string | undefined>>

  constructor(config: DeclaredConfig, env: Readonly<Record<string, string | undefined>>) {
    this.#config = config
    this.#env = env
  }

  /** A value of the file, or what stands for one that is not there. */
  add(path: ConfigPath, value: JsonValue, otherwise = 'default'): void {
    const line = this.#config.lineOf(path)
    const from = line === undefined ? otherwise : `line ${line}`
    this.values.push({ path: showPath(path), value, from })
  }

  async addConnection(connection: DeclaredConnection): Promise<void> {
    const { name, members, secrets, headers = {} } = connection
    const named = await parseWithStandIns(
      connection,
      this.#config.domains.map(({ host }) => host),
    )
    const { org, credential } = named
    const at = (member: string): ConfigPath => ['connections', name, member]
    const given = (member: keyof typeof members): JsonValue | undefined =>
      members[member] as JsonValue | undefined
    this.add(at('orgUrl'), org)
    this.add(at('description'), named.description ?? null)
    this.add(at('wants'), named.wants === undefined ? 'the scopes' : formatScopes(named.wants))
    if (credential.kind === 'service-app') {
      await this.#addReferable(at('clientId'), connection.clientId, '')
      await this.#addReferable(at('keyId'), connection.keyId, "the key's own")
      const { scopes, authorizationServerId } = credential
      const token = tokenUrl(org, authorizationServerId)
      this.add(at('scopes'), formatScopes(scopes) || 'those that the app was granted')
      this.add(at('jwtAlg'), given('jwtAlg') ?? 'as the key says')
      this.add(at('jwtExpirySeconds'), given('jwtExpirySeconds') ?? 240)
      this.add(at('jwtIssuer'), given('jwtIssuer') ?? 'the client ID')
      this.add(at('jwtSubject'), given('jwtSubject') ?? 'the client ID')
      this.add(at('jwtAudience'), credential.assertion?.audience === 'issuer' ? 'issuer' : token)
      this.add(at('tokenUrl'), token)
      this.add(at('assertionKey'), given('assertionKey') ?? 'client_assertion')
      this.add(at('client_assertion_type'), assertionType, 'fixed')
      this.add(at('grant_type'), 'client_credentials', 'fixed')
      this.add(at('jwtClaims'), given('jwtClaims') ?? {})
      this.add(at('dpop'), given('dpop') ?? 'auto')
      this.add(at('rotationIntervalDays'), given('rotationIntervalDays') ?? 'no rotation by itself')
      this.add(at('rotationAdmin'), given('rotationAdmin') ?? 'the app itself')
      this.add(at('keys'), given('keys') ?? (named.jwksUri === undefined ? 'okta' : 'url'))
      if (members.jwksUrl !== undefined) this.add(at('jwksUrl'), members.jwksUrl)
    }
    for (const [header, value] of Object.entries(headers)) {
      const path = [...at('headers'), header]
      if (plainHeaders.has(header.toLowerCase())) this.add(path, String(value), 'fixed')
      else await this.#addSecret(path, value)
    }
    for (const [secret, reference] of Object.entries(secrets)) {
      await this.#addSecret([...at('secrets'), secret], reference)
    }
    const { preApproved = 'nothing' } = connection
    this.add(at('preApproved'), preApproved as unknown as JsonValue)
  }

  async addSink({ name, kind, settings, secrets }: DeclaredSink): Promise<void> {
    const at = (...rest: readonly string[]): ConfigPath => ['sinks', name, ...rest]
    this.add(at('kind'), kind)
    for (const [setting, value] of Object.entries(settings)) {
      this.add(at('settings', setting), value as JsonValue)
    }
    for (const [secret, reference] of Object.entries(secrets)) {
      await this.#addSecret(at('secrets', secret), reference)
    }
  }

  addFeed({ name, members }: DeclaredFeed): void {
    const at = (member: string): ConfigPath => ['feeds', name, member]
    this.add(at('connection'), members.connection)
    this.add(at('input'), members.input)
    this.add(at('sinks'), members.sinks)
    this.add(at('cron'), members.cron ?? 'none: it runs when somebody says so')
    this.add(at('timezone'), members.timezone ?? 'UTC')
    this.add(at('missed'), members.missed ?? 'run')
    for (const member of ['since', 'sweepHours', 'verify', 'paused'] as const) {
      const value = members[member]
      if (value !== undefined) this.add(at(member), value)
    }
  }

  addAction({ name, members }: DeclaredAction): void {
    for (const [member, value] of Object.entries(members)) {
      if (value !== undefined) this.add(['actions', name, member], value as JsonValue)
    }
    if (members.connections === undefined) this.add(['actions', name, 'connections'], 'every one')
  }

  async addAccessKey({ name, rules, expiresAt, key }: DeclaredAccessKey): Promise<void> {
    const at = (member: string): ConfigPath => ['accessKeys', name, member]
    this.add(at('rules'), rules as unknown as JsonValue)
    this.add(at('expiresAt'), expiresAt?.toISOString() ?? 'never')
    if (key === undefined) this.add(at('key'), SECRET, 'made when it is first applied, shown once')
    else await this.#addSecret(at('key'), key)
  }

  async addSignIn(signIn: DeclaredSignIn): Promise<void> {
    const { clientSecret, key, groups, people } = signIn
    const at = (...rest: readonly string[]): ConfigPath => ['signIn', ...rest]
    this.add(at('issuer'), signIn.issuer)
    this.add(at('clientId'), signIn.clientId)
    if (clientSecret !== undefined) await this.#addSecret(at('clientSecret'), clientSecret)
    if (key !== undefined) await this.#addSecret(at('key'), key)
    this.add(at('scopes'), [...signIn.scopes])
    this.add(at('groupsClaim'), signIn.groupsClaim)
    this.add(at('name'), signIn.name)
    for (const [group, rules] of groups) {
      this.add(at('groups', group), rules as unknown as JsonValue)
    }
    for (const [person, rules] of people) {
      this.add(at('people', person), rules as unknown as JsonValue)
    }
  }

  /** An identifier, which may stand where secrets do. */
  async #addReferable(
    path: ConfigPath,
    value: string | Reference | undefined,
    otherwise: string,
  ): Promise<void> {
    if (typeof value === 'object') return this.#addSecret(path, value)
    this.add(path, value ?? otherwise)
  }

  async #addSecret(path: ConfigPath, value: string | Reference): Promise<void> {
    const line = this.#config.lineOf(path)
    const place = typeof value === 'string' ? '' : await this.#describe(value)
    this.values.push({ path: showPath(path), value: SECRET, from: `line ${line}, ${place}` })
  }

  async #describe(reference: Reference): Promise<string> {
    switch (reference.kind) {
      case 'env': {
        const { name } = reference
        const shown = USUAL_VARIABLE.test(name) ? name : '…'
        return `env:${shown} (${this.#env[name] ? 'set' : 'not set'})`
      }
      case 'file': {
        const { path } = reference
        const place = isAbsolute(path) ? path : resolve(this.#config.folder, path)
        return `file:${showFilePath(path) ?? '…'} (${(await isFile(place)) ? 'there' : 'not there'})`
      }
      case 'exec':
        // Its arguments may hold anything.
        return `exec:${showFilePath(reference.command[0]) ?? '…'} (not run)`
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => !stats.isDirectory(),
    () => false,
  )
}
