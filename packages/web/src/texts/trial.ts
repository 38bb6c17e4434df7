/** @module English texts of a try: its checks while they run, what is wrong, what was proven. */

import type { CheckName } from '@postern/core'

/** The checks in the order they are made, each as what it looks at. That of an admin's credential is not made here. */
export const checkNames: Readonly<Record<Exclude<CheckName, 'admin'>, string>> = {
  'org-url': 'Org URL',
  'client-id': 'Client ID',
  assertion: 'JWT settings',
  scopes: 'Scopes',
  key: 'Private key',
  'api-token': 'API token',
  reachable: 'The org answers',
  clock: 'Clock',
  token: 'Access token',
  'granted-scopes': 'Granted scopes',
  'token-life': 'Life of the token',
  owner: 'Owner of the API token',
  reading: 'Reading',
  writing: 'Changing',
  pages: 'Lists',
  search: 'Search',
  'rate-limits': 'Rate limits',
  log: 'System Log',
  answers: 'Answers',
}

/** The texts of a try. */
export const trialTexts = {
  title: 'Trying the connection',
  hint: 'Postern signs in to the org and reads a little. Nothing is changed there.',
  checks: checkNames,
  forOperator: (remedy: string) => `For whoever runs Postern: ${remedy}`,
  progress: (name: string, done: number, all: number) => `Check ${done} of ${all}: ${name}`,
  underWay: 'Looking…',
  statuses: {
    ok: 'Good',
    information: 'Note',
    warning: 'Warning',
    failed: 'Problem',
    unknown: 'Not known',
    skipped: 'Not looked at',
  },
  likely: 'Most likely: what Okta says fits more than one cause.',
  whatToDo: 'What to do',
  everything: 'Everything that was looked at',
  problems: {
    failed: 'The connection does not work yet',
    warning: 'The connection works, but not everything is well',
    hintFailed: (count: number) =>
      count === 1
        ? 'One thing is wrong. Put it right, then check again.'
        : `${count} things are wrong. Put them right from the top: one may cause the others.`,
    hintWarning: 'Put it right now, or keep the connection as it is.',
    noneNamed: 'The org allows nothing of what this connection is for.',
    keptSecrets: 'What you gave is kept, sealed, until this link ends.',
    again: 'Check again',
    change: 'Change the values',
    back: 'Back to the steps',
    keep: 'Keep it as it is',
  },
  connected: {
    title: 'Connected',
    isConnectedTo: ' is connected to ',
    proven: 'What was proven',
    token: 'Token',
    tokenGiven: (seconds: number) =>
      `The org gave an access token. It lives for ${Math.round(seconds / 60)} minutes and is renewed by itself.`,
    apiToken: 'The org takes the API token.',
    dpop: 'DPoP',
    dpopOn: 'On: tokens are bound to a key of Postern’s.',
    dpopOff: 'Off: the app does not require it.',
    scopes: 'Scopes granted',
    roles: 'Admin role',
    rolesProven: 'Records came, which only a role lets through.',
    rolesUnproven: 'Nothing came that would show it.',
    read: 'Live read',
    records: (name: string, count: number) =>
      `${name}: ${count === 1 ? '1 record' : `${count} records`}`,
    key: 'Key',
    inputs: 'What it can read',
    runs: 'Can be read',
    needs: 'Needs',
    left: 'Worth knowing',
    next: {
      title: 'What comes next',
      before: 'Records flow with a feed. Where Postern runs, make one with ',
      command: (name: string) => `postern feed add NAME --connection ${name}`,
      after:
        '. It asks for a Cron (how often it reads) and, for the System Log, a Backfill Start Time. Its Org URL is this one.',
    },
  },
} as const
