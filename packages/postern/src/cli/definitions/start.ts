/** @module `postern start`: its flags and help. */

import type { Command } from 'commander'
import { collect, globalOptions } from '../global-options.ts'

/** Gives `start` its flags. */
export function defineStart(command: Command, signal: AbortSignal): void {
  command
    .option('--host <address>', 'the address to listen on; default 127.0.0.1')
    .option('--port <port>', 'default 7478; 0 for any free one')
    .option('--public-url <url>', 'how callers reach it, where that is another URL')
    .option('--tls-cert <file>', 'serve https with this PEM certificate, the chain after it')
    .option('--tls-key <file>', 'and this private key')
    .option('--behind-tls-proxy', 'listen on any address without TLS: a proxy in front has it')
    .option(
      '--trusted-proxy <address>',
      'a proxy whose X-Forwarded-For is believed; an address or a network, may be repeated',
      collect,
    )
    .option(
      '--connect-origin <origin>',
      'a page of this origin may embed or open the Connect page; may be repeated',
      collect,
    )
    .option('--config <file>', 'what postern.yaml says is kept, and kept so')
    .option('--concurrency <number>', 'how many feeds run at a time; default 10')
    .option('--worker-only', 'run feeds alone, without API and port: needs --database')
    .option('--dev', 'take orgs on this machine, such as the emulator')
    .action(async (options, self) => {
      const { start } = await import('../commands/start.ts')
      await start(options, globalOptions(self), signal)
    })
}
