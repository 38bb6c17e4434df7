/** @module Settings from what Okta's own tools already read, for `--from-env`: each value with where it came from. */

import { PosternError, parseOrgUrl, type Secret } from '@postern/core'
import { resolveKey } from './okta-key.ts'
import {
  type FoundValue,
  findInEnvironment,
  findInFiles,
  type IgnoredName,
  type OktaSources,
} from './okta-sources.ts'
import type { OktaSettingName } from './okta-variables.ts'

/** A value, and the variable or the file's member it came from. */
export interface OktaSetting<Value> {
  readonly value: Value
  readonly from: string
}

/** How Okta's SDKs are told to sign in; `PrivateKey` is the service app, `SSWS` the API token. */
export type OktaAuthorizationMode = 'PrivateKey' | 'SSWS' | 'Bearer' | 'JWT'

/** Two names set the same thing differently. Never holds the values. */
export interface OktaConflict {
  readonly setting: OktaSettingName
  readonly used: string
  readonly other: string
}

/** What was found. Texts are as they were written: whoever uses one parses it. */
export interface OktaSettings {
  readonly orgUrl?: OktaSetting<string>
  readonly clientId?: OktaSetting<string>
  readonly key?: OktaSetting<Secret>
  readonly keyId?: OktaSetting<string>
  readonly scopes?: OktaSetting<string>
  readonly apiToken?: OktaSetting<Secret>
  readonly dpop?: OktaSetting<boolean>
  readonly authorizationMode?: OktaSetting<OktaAuthorizationMode>
  readonly conflicts: readonly OktaConflict[]
  readonly ignored: readonly IgnoredName[]
}

const authorizationModes: readonly OktaAuthorizationMode[] = ['PrivateKey', 'SSWS', 'Bearer', 'JWT']

/**
 * Reads the settings of Okta's SDKs, Terraform provider, MCP server and command-line tools.
 *
 * The environment wins over the project's files, those over the home directory's. Among variables, Postern's own come
 * first, then the SDKs', the MCP server's, Terraform's and the AWS CLI's. Each setting is decided alone, as the SDKs do
 * it; where a name that lost says something else, `conflicts` names both.
 *
 * @throws {ConfigError} where a file that is there cannot be used.
 */
export async function readOktaEnvironment(sources: OktaSources): Promise<OktaSettings> {
  const inEnvironment = findInEnvironment(sources.env)
  const inFiles = await findInFiles(sources)
  const ignored = [...inEnvironment.ignored, ...inFiles.ignored]
  const found: FoundValue[] = []
  for (const value of [...inEnvironment.found, ...inFiles.found]) {
    const resolved = value.setting === 'key' ? await resolveKey(value, sources) : value
    const reason = reasonToIgnore(resolved)
    if (reason === undefined) found.push(resolved)
    else ignored.push({ name: value.from, reason })
  }
  const first = (setting: OktaSettingName) => found.find((value) => value.setting === setting)
  const orgUrl = asText(first('orgUrl'))
  const clientId = asText(first('clientId'))
  const key = first('key')
  const keyId = asText(first('keyId'))
  const scopes = asText(first('scopes'))
  const token = first('apiToken')
  const dpop = asBoolean(first('dpop'))
  const authorizationMode = asMode(first('authorizationMode'))
  const isAccessToken = authorizationMode?.value === 'Bearer'
  if (isAccessToken && token !== undefined) {
    const reason = `With ${authorizationMode.from} Bearer it is an access token, which cannot be renewed.`
    ignored.push({ name: token.from, reason })
  }
  return {
    ...(orgUrl && { orgUrl }),
    ...(clientId && { clientId }),
    ...(key && { key: { value: key.value, from: key.from } }),
    ...(keyId && { keyId }),
    ...(scopes && { scopes }),
    ...(token && !isAccessToken && { apiToken: { value: token.value, from: token.from } }),
    ...(dpop && { dpop }),
    ...(authorizationMode && { authorizationMode }),
    conflicts: conflictsAmong(found),
    ignored,
  }
}

/** Why a value cannot be used, without the value. */
function reasonToIgnore(found: FoundValue): string | undefined {
  if (found.isFile) return 'There is no such file.'
  if (found.setting === 'dpop' && asBoolean(found) === undefined) {
    return 'It is neither true nor false.'
  }
  if (found.setting === 'authorizationMode' && asMode(found) === undefined) {
    return `It is none of ${authorizationModes.join(', ')}.`
  }
  return undefined
}

function conflictsAmong(found: readonly FoundValue[]): OktaConflict[] {
  return found.flatMap((other, index) => {
    const used = found.findIndex(({ setting }) => setting === other.setting)
    const winner = found[used]
    if (winner === undefined || used === index) return []
    if (comparable(winner) === comparable(other)) return []
    return [{ setting: other.setting, used: winner.from, other: other.from }]
  })
}

/** A text that is equal for values that mean the same. */
function comparable(found: FoundValue): string {
  const value = found.value.reveal().trim()
  switch (found.setting) {
    case 'orgUrl':
      return canonicalOrg(value)
    case 'scopes':
      return [...new Set(value.split(/[\s,]+/))].sort().join(' ')
    case 'key':
      return value.replaceAll('\\n', '').replace(/\s+/g, '')
    case 'apiToken':
      return value.replace(/^SSWS\s+/i, '')
    case 'dpop':
      return String(asBoolean(found)?.value)
    case 'authorizationMode':
      return String(asMode(found)?.value)
    case 'clientId':
    case 'keyId':
      return value
  }
}

function canonicalOrg(value: string): string {
  try {
    return parseOrgUrl(value, { dev: true }).org
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    // A custom domain, which only its operator can allow, is compared by its host.
    return value
      .toLowerCase()
      .replace(/^https?:\/\//, '')
      .replace(/\/.*$/, '')
  }
}

function asText(found: FoundValue | undefined): OktaSetting<string> | undefined {
  return found && { value: found.value.reveal().trim(), from: found.from }
}

function asBoolean(found: FoundValue | undefined): OktaSetting<boolean> | undefined {
  const value = found?.value.reveal().trim().toLowerCase()
  if (found === undefined || value === undefined) return undefined
  if (/^(?:true|1|yes|on)$/.test(value)) return { value: true, from: found.from }
  if (/^(?:false|0|no|off)$/.test(value)) return { value: false, from: found.from }
  return undefined
}

function asMode(found: FoundValue | undefined): OktaSetting<OktaAuthorizationMode> | undefined {
  const value = found?.value.reveal().trim().toLowerCase()
  const mode = authorizationModes.find((known) => known.toLowerCase() === value)
  return found === undefined || mode === undefined ? undefined : { value: mode, from: found.from }
}
