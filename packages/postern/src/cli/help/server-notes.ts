/** @module Help for what runs, configures and keeps a server. */

import type { HelpNotes } from './notes.ts'

/** By the path of the command. */
export const serverNotes: Readonly<Record<string, HelpNotes>> = {
  start: {
    about:
      'Serves the API, the console and the Connect page, and runs feeds and rotations when they are due, until it is stopped. Other commands on the same data directory go through it. With POSTERN_ORG=https://acme.okta.com it first connects that org, examines it and reads it, and tells what it lacks for that.',
    examples: [
      ['postern start', 'on 127.0.0.1:7478, with an embedded store'],
      ['postern start --config postern.yaml', 'and keep what a file says'],
      [
        'postern start --database env:DATABASE_URL --host 0.0.0.0 --behind-tls-proxy --public-url https://postern.acme.com',
        'in PostgreSQL, behind a proxy that has the certificate',
      ],
      [
        'postern start --worker-only --database env:DATABASE_URL --concurrency 20',
        'one more process that runs feeds',
      ],
    ],
    exits: ['notFound'],
    page: 'docs/server.md',
  },
  demo: {
    examples: [
      ['postern demo', 'and a link into its console'],
      ['postern demo --users 20000 --data big', 'a larger org, in a folder of its own'],
      ['postern demo --replay org', 'with records that postern read wrote into that folder'],
      ['postern demo --exit --output json', 'for a program'],
    ],
    page: 'docs/demo.md',
  },
  config: { examples: [], exits: ['problemsFound', 'notFound'], page: 'docs/configuration.md' },
  'config check': {
    about:
      'Tells every problem at once, each with its line. Ends with 3 where there is one. Reads no secret.',
    examples: [
      ['postern config check', 'postern.yaml in this folder'],
      ['postern config check prod.yaml --output json', 'for a pipeline'],
    ],
  },
  'config explain': {
    examples: [
      [
        'postern config explain prod.yaml',
        'each value, its line or default; of a secret its place',
      ],
    ],
  },
  'config diff': {
    about:
      'Changes nothing. Ends with 3 where the store has something otherwise than the file says, or does not have it. Secrets are not compared.',
    examples: [
      ['postern config diff', 'before the next start makes it what the file says'],
      ['postern config diff prod.yaml --output json', 'for a pipeline'],
    ],
    exits: ['problemsFound', 'notFound'],
  },
  'config schema': {
    examples: [['postern config schema > postern.schema.json', 'for editors that complete YAML']],
  },
  'master-key': { examples: [], page: 'docs/master-key.md' },
  'master-key status': {
    examples: [['postern master-key status', 'whether it is right, and what each version seals']],
  },
  'master-key rotate': {
    examples: [['postern master-key rotate', 'after a new version was put where the key is']],
  },
  'master-key retire': {
    examples: [['postern master-key retire', 'once no secret needs the old version']],
  },
  audit: { examples: [], exits: ['problemsFound'], page: 'docs/store.md' },
  'audit list': {
    examples: [
      ['postern audit list --limit 20', 'the newest'],
      ['postern audit list --connection acme --action token. --output csv', 'one kind, as CSV'],
    ],
  },
  'audit verify': {
    about: 'Ends with 3 where an entry was changed, left out or moved.',
    examples: [['postern audit verify', 'the whole chain']],
  },
  backup: {
    examples: [['postern backup postern-2027-01-31.backup', 'also while the server runs']],
    page: 'docs/store.md',
  },
  restore: {
    examples: [
      ['postern restore postern-2027-01-31.backup --data /srv/postern', 'into an empty store'],
      ['postern restore old.backup --database env:DATABASE_URL', 'from embedded to PostgreSQL'],
    ],
    exits: ['notFound'],
    page: 'docs/store.md',
  },
  support: {
    about:
      'One JSON file to read and to send: versions, states, last errors, metrics. Secrets are never in it; names, hosts and addresses are other words, the same for the same thing.',
    examples: [
      ['postern support bundle.json', 'from the server that runs, or from the store'],
      ['postern support bundle.json --log postern.log', 'with the last lines of its log'],
      ['postern support bundle.json --with-names', 'for a colleague, who knows the names'],
    ],
    exits: [],
  },
  completion: {
    about:
      'The script asks the program each time. Names of what is kept are completed while a server runs.',
    examples: [
      ['source <(postern completion bash)', 'in ~/.bashrc'],
      ['source <(postern completion zsh)', 'in ~/.zshrc, after compinit'],
      ['postern completion fish > ~/.config/fish/completions/postern.fish', 'once'],
    ],
    exits: [],
  },
  emulator: {
    examples: [
      ['postern emulator', 'an org of 200 users, and the key of its service app'],
      ['postern emulator --users 50 --traffic 2 --key-out app.jwk', 'whose System Log goes on'],
      ['postern emulator --fault admin-role-missing', 'one that answers 200 and an empty list'],
      ['postern emulator --list-faults', 'what can be wrong with an org'],
    ],
    page: 'docs/emulator.md',
  },
  'emulator start': { examples: [['postern emulator start --port 8090', 'on a port of your own']] },
  'emulator compare': {
    about: 'Reads only. Says where the org answers otherwise than the emulator does.',
    examples: [['postern emulator compare --from-env --out report.json', 'kept for a report']],
    exits: ['authentication', 'scopeOrRole', 'rateLimited'],
  },
}
