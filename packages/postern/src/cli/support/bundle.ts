/** @module A support bundle: what is put into one, in the order in which somebody reads it. */

import { Aliases } from './aliases.ts'
import type { Answers } from './answers.ts'
import { problemOf } from './answers.ts'
import { describeConfiguration } from './configuration.ts'
import { describeLog } from './log-lines.ts'
import { describeDataDirectory, describeMachine } from './machine.ts'
import { sectionsOf, tellProblem } from './sections.ts'

/** What a bundle is made of. */
export interface BundleSources {
  readonly version: string
  readonly now: Date
  /** Where the answers come from. */
  readonly through: 'server' | 'store' | 'nothing'
  readonly answers: Answers
  readonly dataDir: string
  /** A configuration file, where there is one. */
  readonly config?: string | undefined
  /** A file with the log of the server. */
  readonly log?: string | undefined
  /** Names, hosts and addresses stay as they are. */
  readonly withNames: boolean
}

/** What is never in a bundle, with names or without. */
export const leftOut: readonly string[] = [
  'keys, tokens, API tokens, access keys, the master key, and every other secret',
  'records, events, and dead letters',
  'settings of sinks, descriptions, claims and headers, cursors, the audit log',
]

/** What is another word, where names are not wanted. */
export const replaced: readonly string[] = [
  'names of connections, feeds, sinks, access keys, and what the configuration calls things',
  'orgs and other hosts, addresses of people and machines, ids of Okta, paths, user and machine',
]

/** Puts a bundle together. Each section stands by itself: what cannot be told says why. */
export async function makeBundle(
  sources: BundleSources,
): Promise<Readonly<Record<string, unknown>>> {
  const { version, now, through, answers, dataDir, config, log, withNames } = sources
  const aliases = new Aliases({ keepsNames: withNames })
  const told = sectionsOf(answers, aliases)
  const machine = describeMachine(version, aliases)
  const directory = await describeDataDirectory(dataDir, aliases)
  return {
    about: {
      what: 'A support bundle of Postern.',
      madeAt: now.toISOString(),
      names: withNames ? 'as they are' : 'other words, the same for the same thing',
      through,
      leftOut,
      replaced: withNames ? [] : replaced,
    },
    machine,
    dataDirectory: directory,
    ...told,
    ...(config === undefined
      ? {}
      : { configuration: await describeConfiguration(config, aliases) }),
    ...(log === undefined ? {} : { log: await logOf(log, aliases) }),
  }
}

async function logOf(file: string, aliases: Aliases): Promise<unknown> {
  try {
    return await describeLog(file, aliases)
  } catch (error) {
    return tellProblem(problemOf(error), aliases)
  }
}
