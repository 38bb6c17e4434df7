/** @module The flags that give a connection on the command line, the same for every command that works with one. */

import type { Command } from 'commander'
import { collect } from './global-options.ts'
import { offering } from './offering.ts'

/** The flags of a connection, as they were typed. */
export interface ConnectionFlags {
  /** NAME, where the command was given one. */
  readonly name?: string
  readonly org?: string
  readonly clientId?: string
  readonly key?: string
  readonly kid?: string
  readonly passphrase?: string
  readonly scopes?: string
  readonly apiToken?: string
  readonly description?: string
  readonly jwtAlg?: string
  readonly jwtExpirySeconds?: string
  readonly jwtIssuer?: string
  readonly jwtSubject?: string
  readonly jwtAudience?: string
  readonly tokenUrl?: string
  readonly assertionKey?: string
  readonly jwtClaim?: readonly string[]
  readonly header?: readonly string[]
  readonly dpop: string
  readonly allowDomain?: readonly string[]
  readonly fromEnv?: true
}

/**
 * Gives a command the flags of a connection, in the order a person meets the values.
 *
 * @param options.headerFlag - the flag for a header of the token request, where `--header` means another one.
 */
export function addConnectionFlags(
  command: Command,
  { headerFlag = '--header' }: { readonly headerFlag?: '--header' | '--token-header' } = {},
): Command {
  return command
    .option('--org <url>', 'Org URL, for example https://acme.okta.com')
    .option('--client-id <id>', "Client ID from the app's General tab")
    .option('--key <reference>', 'private key: a file, - or env:NAME')
    .option('--kid <kid>', 'Key ID, where the key has none')
    .option('--passphrase <reference>', 'of an encrypted PEM: a file or env:NAME')
    .option(
      '--scopes <scopes>',
      'separated by spaces or commas, or a bundle of them; default: those granted',
    )
    .option('--api-token <reference>', 'an API token instead of a key: a file, - or env:NAME')
    .option('--description <text>', 'free text')
    .option('--jwt-alg <alg>', 'RS256 to ES512; JWT_ALGORITHM_RS256 is understood')
    .option('--jwt-expiry-seconds <seconds>', 'life of the assertion, 1 to 3600; default 240')
    .option('--jwt-issuer <text>', 'iss; default: the Client ID')
    .option('--jwt-subject <text>', 'sub; default: the Client ID')
    .addOption(
      offering('--jwt-audience <which>', 'or the URL of either; default token-url', [
        'token-url',
        'issuer',
      ]),
    )
    .option(
      '--token-url <url>',
      "the org's own token endpoint (default) or a custom authorization server's",
    )
    .option('--assertion-key <name>', 'form parameter of the assertion; default client_assertion')
    .option('--jwt-claim <name=value>', 'an additional claim; may be repeated', collect)
    .option(`${headerFlag} <name=value>`, 'a header of the token request; may be repeated', collect)
    .addOption(
      offering('--dpop <when>', 'auto: when the org asks for it', [
        'auto',
        'always',
        'never',
      ]).default('auto'),
    )
    .option('--allow-domain <host>', 'a custom domain of your org; may be repeated', collect)
    .option('--from-env', "read what Okta's SDKs, Terraform provider and CLIs read; flags win")
}
