/** @module Every command, in the order of the help. What one takes is loaded when it is called. */

import type { Command } from 'commander'

/** A command, as far as the help of the program shows it. */
export interface CommandEntry {
  readonly name: string
  readonly description: string
  /** Gives the function that defines its arguments, flags and subcommands. */
  readonly load: () => Promise<(command: Command, signal: AbortSignal) => void>
}

/** Each command of the program. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'start',
    description: 'run the server: what is kept, served to programs over HTTP',
    load: async () => (await import('./start.ts')).defineStart,
  },
  {
    name: 'demo',
    description: 'run a server on an emulated org, connected, with feeds and a console to look at',
    load: async () => (await import('./demo.ts')).defineDemo,
  },
  {
    name: 'keys',
    description: 'make a key pair, look at one, or print its public half',
    load: async () => (await import('./keys.ts')).defineKeys,
  },
  {
    name: 'setup',
    description:
      'make a service app in Okta, and prove that it works; its credential goes to --out',
    load: async () => (await import('./setup.ts')).defineSetup,
  },
  {
    name: 'connect',
    description: 'keep a credential that works under a name; from then on NAME is enough',
    load: async () => (await import('./connect.ts')).defineConnect,
  },
  {
    name: 'connections',
    description: 'the connections that are kept: list, show, update, remove',
    load: async () => (await import('./connections.ts')).defineConnections,
  },
  {
    name: 'rotate',
    description:
      'give a service app a new key: registered, proven, switched to, then the old one goes',
    load: async () => (await import('./rotate.ts')).defineRotate,
  },
  {
    name: 'doctor',
    description: 'say what is wrong with a connection and what to click; changes nothing',
    load: async () => (await import('./doctor.ts')).defineDoctor,
  },
  {
    name: 'token',
    description: 'get an access token, Bearer or DPoP, whichever the app asks for',
    load: async () => (await import('./token.ts')).defineToken,
  },
  {
    name: 'request',
    description: "call an org's management API: paced, repeated where that helps, DPoP included",
    load: async () => (await import('./request.ts')).defineRequest,
  },
  {
    name: 'proxy',
    description:
      "open a URL on this machine that is the org's, for tools that know API tokens only",
    load: async () => (await import('./proxy.ts')).defineProxy,
  },
  {
    name: 'exec',
    description:
      'run a command whose Okta tools find the org through Postern, without a key of the org',
    load: async () => (await import('./exec.ts')).defineExec,
  },
  {
    name: 'mcp',
    description:
      'serve tools to an agent over standard input and output: read-only, unless --allow says more',
    load: async () => (await import('./mcp.ts')).defineMcp,
  },
  {
    name: 'read',
    description:
      'read users, groups, group-members, apps, app-assignments or system-log, as JSON lines of what Okta sent',
    load: async () => (await import('./read.ts')).defineRead,
  },
  {
    name: 'feed',
    description:
      'read an org into sinks on a schedule, nothing lost: add, run, show, pause, remove',
    load: async () => (await import('./feed.ts')).defineFeed,
  },
  {
    name: 'sink',
    description: 'where feeds write to: files, PostgreSQL, webhooks and more',
    load: async () => (await import('./sink.ts')).defineSink,
  },
  {
    name: 'inputs',
    description: 'what can be read, what it needs, and which connections have that',
    load: async () => (await import('./inputs.ts')).defineInputs,
  },
  {
    name: 'records',
    description: 'the records that Postern keeps itself: erase those of a user',
    load: async () => (await import('./records.ts')).defineRecords,
  },
  {
    name: 'action',
    description: 'change an org, or ask it: group members, app assignments, users; --dry-run first',
    load: async () => (await import('./action.ts')).defineAction,
  },
  {
    name: 'plan',
    description: 'changes that somebody else approves before they are made: create, show, approve',
    load: async () => (await import('./plan.ts')).definePlan,
  },
  {
    name: 'domains',
    description: 'the custom domains of orgs that are allowed: allow, list, remove',
    load: async () => (await import('./domains.ts')).defineDomains,
  },
  {
    name: 'access',
    description: 'the access keys that programs present to the API: make, change and end them',
    load: async () => (await import('./access.ts')).defineAccess,
  },
  {
    name: 'config',
    description: 'check a configuration file, explain its values, compare it with the store',
    load: async () => (await import('./config.ts')).defineConfig,
  },
  {
    name: 'master-key',
    description: 'the key that seals what is kept: its state, a new version, the end of old ones',
    load: async () => (await import('./master-key.ts')).defineMasterKey,
  },
  {
    name: 'audit',
    description: 'what was done, by whom and to what: list it, and verify that it is whole',
    load: async () => (await import('./audit.ts')).defineAudit,
  },
  {
    name: 'backup',
    description:
      'write all that is kept to one file, sealed as it is; the master key travels apart',
    load: async () => (await import('./backup.ts')).defineBackup,
  },
  {
    name: 'restore',
    description: 'put a backup into an empty store, of either kind',
    load: async () => (await import('./restore.ts')).defineRestore,
  },
  {
    name: 'support',
    description: 'write what somebody who helps has to know to a file, without secrets and names',
    load: async () => (await import('./support.ts')).defineSupport,
  },
  {
    name: 'completion',
    description: 'print the script with which bash, zsh or fish completes commands and names',
    load: async () => (await import('./completion.ts')).defineCompletion,
  },
  {
    name: 'emulator',
    description: 'run an Okta org on this machine, with faults, until Ctrl-C',
    load: async () => (await import('./emulator.ts')).defineEmulator,
  },
]
