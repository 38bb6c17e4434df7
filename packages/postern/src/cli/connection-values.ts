/** @module The values of a connection as the command line gives them: from flags, and from what Okta's own tools read. */

import { homedir } from 'node:os'
import { Secret } from '@postern/core'
import type { ConnectionValues } from '../config/connection.ts'
import { type OktaSettings, readOktaEnvironment } from '../config/okta-environment.ts'
import { readSecret, readSecretText, requireOneFromStdin } from '../config/secret-reference.ts'
import { readTextFile } from '../config/text-file.ts'
import { UsageError } from '../config/usage-error.ts'
import type { ConnectionFlags } from './connection-flags.ts'
import { paint, showPlain, tell, warn } from './output.ts'

/**
 * The values of a connection: flags first, then what Okta's own tools would read, if asked for, each with a line on
 * stderr that says where it came from.
 *
 * @throws {UsageError | FileError | ConfigError}
 */
export async function readConnectionValues(flags: ConnectionFlags): Promise<ConnectionValues> {
  requireReadableSecrets(flags)
  const found = flags.fromEnv ? await readEnvironment() : undefined
  const sources = { env: process.env, stdin: process.stdin }
  const key =
    flags.key === undefined ? undefined : new Secret(await readSecret(flags.key, '--key', sources))
  const apiToken = await readSecretText(flags.apiToken, '--api-token', sources)
  const useApiToken = key === undefined && prefersApiToken(found)
  return {
    orgUrl: flags.org ?? found?.orgUrl?.value,
    clientId: flags.clientId ?? found?.clientId?.value,
    key: key ?? (apiToken || useApiToken ? undefined : found?.key?.value),
    keyId: flags.kid ?? (key ? undefined : found?.keyId?.value),
    passphrase: await readSecretText(flags.passphrase, '--passphrase', sources),
    scopes: flags.scopes ?? found?.scopes?.value,
    description: flags.description,
    apiToken: apiToken ?? (useApiToken ? found?.apiToken?.value : undefined),
    jwtAlg: flags.jwtAlg,
    jwtExpirySeconds: flags.jwtExpirySeconds,
    jwtIssuer: flags.jwtIssuer,
    jwtSubject: flags.jwtSubject,
    jwtAudience: flags.jwtAudience,
    tokenUrl: flags.tokenUrl,
    assertionKey: flags.assertionKey,
    jwtClaims: flags.jwtClaim,
    headers: flags.header,
    dpopRequired: parseDpop(flags.dpop) ?? (found?.dpop?.value === true ? true : undefined),
  }
}

/** Refuses secrets that cannot all be read, or would not all be used, before any is read. */
function requireReadableSecrets({ key, passphrase, apiToken }: ConnectionFlags): void {
  requireOneFromStdin({ '--key': key, '--passphrase': passphrase, '--api-token': apiToken })
  if (key === undefined || apiToken === undefined) return
  throw new UsageError('usage_invalid', 'Both --key and --api-token are given.', {
    remedy: 'Give --key for a service app, or --api-token alone.',
  })
}

/** As the SDKs do it: the mode decides; without one, a private key comes before an API token. */
function prefersApiToken(found: OktaSettings | undefined): boolean {
  if (found?.authorizationMode) return found.authorizationMode.value === 'SSWS'
  return found?.key === undefined && found?.apiToken !== undefined
}

async function readEnvironment(): Promise<OktaSettings> {
  const found = await readOktaEnvironment({
    env: process.env,
    readTextFile,
    home: homedir(),
    cwd: process.cwd(),
  })
  const { conflicts, ignored, ...settings } = found
  for (const [setting, { from }] of Object.entries(settings)) {
    tell(`${paint('dim', setting.padEnd(17))} from ${showPlain(from)}`)
  }
  for (const { setting, used, other } of conflicts) {
    warn('config_conflict', `${setting}: ${used} is used; ${other} says something else.`)
  }
  for (const { name, reason } of ignored) warn('config_ignored', `${name}: ${reason}`)
  return found
}

function parseDpop(when: string): boolean | undefined {
  switch (when) {
    case 'auto':
      return undefined
    case 'always':
      return true
    case 'never':
      return false
    default:
      throw new UsageError('usage_invalid', 'That choice of --dpop is not known.', {
        remedy: 'Choose auto, always or never.',
      })
  }
}
