/** @module `postern domains`: its flags and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

/** Gives `domains` what is below it. */
export function defineDomains(domains: Command, signal: AbortSignal): void {
  domains
    .command('allow <host>')
    .description("take a host for an org: your org's custom domain, such as login.acme.com")
    .action(async (host, _options, self) => {
      const commands = await import('../commands/domains.ts')
      await commands.allow(host, globalOptions(self), signal)
    })
  domains
    .command('list')
    .description('show the domains that are allowed, and which connections use them')
    .action(async (_options, self) => {
      const commands = await import('../commands/domains.ts')
      await commands.list(globalOptions(self), signal)
    })
  domains
    .command('remove <host>')
    .description('allow a domain no longer; one that a connection uses stays')
    .action(async (host, _options, self) => {
      const commands = await import('../commands/domains.ts')
      await commands.remove(host, globalOptions(self), signal)
    })
}
