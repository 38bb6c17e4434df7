/** @module The commands: their names, flags and help. What a command does is loaded when it is called. */

import { type Command, CommanderError, Option } from 'commander'
import { holdsSecret } from '../config/secret-argument.ts'
import { exitCodes } from './exit-codes.ts'
import { type Interruption, listenForInterruption } from './interruption.ts'
import { type OutputFormat, outputFormats } from './output-format.ts'
import { ArgumentFailure, QuietCommand } from './quiet-command.ts'
import { guardStreams } from './streams.ts'

/**
 * Runs the command that the arguments name.
 *
 * @returns the exit code.
 */
export async function runProgram(args: readonly string[], version: string): Promise<number> {
  guardStreams()
  const interruption = listenForInterruption()
  // Known before the parser knows anything: what it refuses has to be said in this format too.
  const format = asksForJson(args) ? 'json' : 'table'
  try {
    return await runCommand(args, { version, format, interruption })
  } catch (thrown) {
    const { reportFailure } = await import('./failure.ts')
    return reportFailure(thrown, { format, debug: args.includes('--debug') })
  } finally {
    interruption.stopListening()
  }
}

async function runCommand(
  args: readonly string[],
  options: { version: string; format: OutputFormat; interruption: Interruption },
): Promise<number> {
  const { version, format, interruption } = options
  if (args.some(holdsSecret)) throw (await import('./failure.ts')).secretInArgument()
  const program = createProgram(version, format, interruption.signal)
  try {
    const asked = args.length === 0 ? ['--help'] : args
    await interruption.settle(program.parseAsync(asked, { from: 'user' }))
    return exitCodes.ok
  } catch (thrown) {
    // Only help and the version still end this way.
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return exitCodes.ok
    if (format !== 'json') return exitCodes.usage
    throw new ArgumentFailure('A command is missing.', 'Run postern --help, which shows them all.')
  }
}

function asksForJson(args: readonly string[]): boolean {
  return args.some(
    (arg, index) => arg === '--output=json' || (arg === '--output' && args[index + 1] === 'json'),
  )
}

/** Flags of every command. */
interface ProgramOptions {
  readonly output: OutputFormat
  readonly debug?: true
}

function createProgram(version: string, format: OutputFormat, signal: AbortSignal): Command {
  const program = new QuietCommand('postern')
    .description('The service entrance to Okta.')
    .version(version, '-V, --version')
    .addOption(
      new Option('--output <format>', 'how data is printed')
        .choices(outputFormats)
        .default('table')
        // The parser's own refusal would repeat the value.
        .argParser(parseOutputFormat),
    )
    .option('--debug', 'with an error, where in the program it came from')
    .exitOverride()
    // Help in the place of an error is for people.
    .configureOutput(format === 'json' ? { writeErr: () => undefined } : {})
    .configureHelp({ showGlobalOptions: true })
  addKeysCommands(program, signal)
  addTokenCommand(program, signal)
  addEmulatorCommand(program, signal)
  return program
}

function parseOutputFormat(text: string): OutputFormat {
  const format = outputFormats.find((known) => known === text)
  if (format !== undefined) return format
  throw new ArgumentFailure(
    'That format of --output is not known.',
    `Choose --output ${outputFormats.join(', ')}.`,
  )
}

function addKeysCommands(program: Command, signal: AbortSignal): void {
  const keys = program
    .command('keys')
    .description('make a key pair, look at one, or print its public half')
  keys
    .command('generate')
    .description('make a key pair: the private half to a file (0600), the public half on stdout')
    .requiredOption('--out <file>', 'where the private key goes; never an existing file')
    .option('--alg <alg>', 'RS256, RS384, RS512, ES256, ES384 or ES512', 'RS256')
    .option('--bits <bits>', 'size of an RSA key: 2048, 3072 or 4096', '2048')
    .option('--kid <kid>', 'key id; default: the RFC 7638 thumbprint')
    .option('--format <format>', 'jwk or pem (PKCS#8)', 'jwk')
    .action(async (options, command) => {
      const { generate } = await import('./commands/keys.ts')
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
      .option('--alg <alg>', 'the signature algorithm, where the key does not say')
      .option('--passphrase <reference>', 'of an encrypted PEM: a file or env:NAME')
      .action(async (key, options, self) => {
        const commands = await import('./commands/keys.ts')
        await commands[name === 'inspect' ? 'inspect' : 'printPublic'](
          key,
          options,
          globalOptions(self),
        )
      })
    if (name === 'public') command.option('--jwks', 'print a key set { "keys": [ … ] }')
  }
}

function addTokenCommand(program: Command, signal: AbortSignal): void {
  program
    .command('token')
    .description('get an access token, Bearer or DPoP, whichever the app asks for')
    .option('--org <url>', 'Org URL, for example https://acme.okta.com')
    .option('--client-id <id>', "Client ID from the app's General tab")
    .option('--key <reference>', 'private key: a file, - or env:NAME')
    .option('--kid <kid>', 'Key ID, where the key has none')
    .option('--passphrase <reference>', 'of an encrypted PEM: a file or env:NAME')
    .option('--scopes <scopes>', 'separated by spaces or commas')
    .option('--scope <scope>', 'ask for this scope only; may be repeated', collect)
    .option('--api-token <reference>', 'an API token instead of a key: a file, - or env:NAME')
    .option('--description <text>', 'free text')
    .option('--jwt-alg <alg>', 'RS256 to ES512; JWT_ALGORITHM_RS256 is understood')
    .option('--jwt-expiry-seconds <seconds>', 'life of the assertion, 1 to 3600; default 240')
    .option('--jwt-issuer <text>', 'iss; default: the Client ID')
    .option('--jwt-subject <text>', 'sub; default: the Client ID')
    .option('--jwt-audience <which>', 'token-url (default) or issuer, or the URL of either')
    .option(
      '--token-url <url>',
      "the org's own token endpoint (default) or a custom authorization server's",
    )
    .option('--assertion-key <name>', 'form parameter of the assertion; default client_assertion')
    .option('--jwt-claim <name=value>', 'an additional claim; may be repeated', collect)
    .option('--header <name=value>', 'a header of the token request; may be repeated', collect)
    .option('--dpop <when>', 'auto (when the org asks for it), always or never', 'auto')
    .option('--allow-domain <host>', 'a custom domain of your org; may be repeated', collect)
    .option('--from-env', "read what Okta's SDKs, Terraform provider and CLIs read; flags win")
    .option(
      '--explain',
      'show header, claims and the curl for it, with the signature cut; send nothing',
    )
    .option(
      '--headers-for <url>',
      'print the headers of one request, a DPoP proof included: | curl -H @- URL',
    )
    .option('--method <method>', 'the method of that request', 'GET')
    .action(async (options, command) => {
      const { token } = await import('./commands/token.ts')
      await token(options, globalOptions(command), signal)
    })
}

function addEmulatorCommand(program: Command, signal: AbortSignal): void {
  program
    .command('emulator')
    .description('run an Okta org on this machine, with faults, until Ctrl-C')
    .option('--port <port>', 'default: any free one')
    .option('--control-port <port>', 'of the control API; default: any free one')
    .option('--users <count>', 'how many users it has; default 200')
    .option(
      '--fault <name>',
      'switch a fault on, as name or name=parameter:value; may be repeated',
      collect,
    )
    .option('--list-faults', 'show every fault and its parameters; start nothing')
    .option('--edition <edition>', 'integrator, enterprise (default), workforce or unlimited')
    .option('--assume <name=value>', 'how to answer an open question; may be repeated', collect)
    .option('--seed <number>', 'another seed makes another org; default 1')
    .option('--traffic <events>', 'events of the System Log per second')
    .option('--dpop', 'the service app requires DPoP')
    .option('--scopes <scopes>', "the service app's granted scopes; default: reading")
    .option('--role <role>', "the service app's admin role, or none; default READ_ONLY_ADMIN")
    .option('--tls-cert <file>', 'serve https with this PEM certificate')
    .option('--tls-key <file>', 'and this private key')
    .option(
      '--key-out <file>',
      "where the service app's private JWK goes (0600); never an existing file",
    )
    .action(async (options, command) => {
      const { emulator } = await import('./commands/emulator.ts')
      await emulator(options, globalOptions(command), signal)
    })
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

function globalOptions(command: Command): ProgramOptions {
  return command.optsWithGlobals<ProgramOptions>()
}
