/** @module `postern keys`: its flags and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'
import { offering } from '../offering.ts'

const algs = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']

/** Gives `keys` its arguments and flags, and what is below it. */
export function defineKeys(keys: Command, signal: AbortSignal): void {
  keys
    .command('generate')
    .description('make a key pair: the private half to a file (0600), the public half on stdout')
    .requiredOption('--out <file>', 'where the private key goes; never an existing file')
    .addOption(offering('--alg <alg>', 'the signature algorithm', algs).default('RS256'))
    .addOption(
      offering('--bits <bits>', 'size of an RSA key', ['2048', '3072', '4096']).default('2048'),
    )
    .option('--kid <kid>', 'key id; default: the RFC 7638 thumbprint')
    .addOption(offering('--format <format>', 'pem is PKCS#8', ['jwk', 'pem']).default('jwk'))
    .action(async (options, command) => {
      const { generate } = await import('../commands/keys.ts')
      await generate(options, globalOptions(command), signal)
    })
  for (const [name, description] of [
    ['inspect', 'say what a private key is, and what was repaired in it; shows nothing secret'],
    ['public', 'print the public JWK of a private key, for the app’s PUBLIC KEYS in Okta'],
  ] as const) {
    const command = keys
      .command(`${name} <key>`)
      .description(`${description}; KEY is a file, - or env:NAME`)
      .option('--kid <kid>', 'the key id Okta shows, or which key of a set')
      .addOption(
        offering('--alg <alg>', 'the signature algorithm, where the key does not say', algs),
      )
      .option('--passphrase <reference>', 'of an encrypted PEM: a file or env:NAME')
      .action(async (key, options, self) => {
        const commands = await import('../commands/keys.ts')
        await commands[name === 'inspect' ? 'inspect' : 'printPublic'](
          key,
          options,
          globalOptions(self),
        )
      })
    if (name === 'public') command.option('--jwks', 'print a key set { "keys": [ … ] }')
  }
}
