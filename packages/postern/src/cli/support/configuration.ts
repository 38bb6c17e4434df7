/** @module A configuration file in a support bundle: which members it has, and the values of those that name nobody. */

import type { JsonValue } from '@postern/core'
import type { DeclaredConfig } from '../../config/file/declared.ts'
import { explainConfig, SECRET } from '../../config/file/explain.ts'
import { readConfigFile } from '../../config/file/read.ts'
import { declarationJudges } from '../../service/judge-declared.ts'
import type { Aliases } from './aliases.ts'
import { problemOf } from './answers.ts'
import { tellProblem } from './sections.ts'

const KINDS = {
  connections: 'connection',
  sinks: 'sink',
  feeds: 'feed',
  actions: 'action',
  accessKeys: 'access-key',
} as const

type Section = keyof typeof KINDS

// What these are is one of a few, or a number.
const TOLD: ReadonlySet<string> = new Set([
  ...['kind', 'input', 'cron', 'timezone', 'missed', 'since', 'sweepHours', 'verify', 'paused'],
  ...['scopes', 'wants', 'jwtAlg', 'jwtExpirySeconds', 'dpop', 'keys', 'rotationIntervalDays'],
  ...['assertionKey', 'client_assertion_type', 'grant_type', 'expiresAt', 'method'],
])
// What these are says who somebody is, and nothing else.
const NAMES: ReadonlySet<string> = new Set([
  ...['orgUrl', 'clientId', 'keyId', 'connection', 'connections', 'sinks', 'issuer', 'rules'],
])
const LEFT_OUT = '(left out)'

/** Explains a file as `config explain` does. Gives what is wrong with it, where it cannot be used. */
export async function describeConfiguration(file: string, aliases: Aliases): Promise<unknown> {
  try {
    const config = await readConfigFile(file, declarationJudges)
    const explained = await explainConfig(config, process.env)
    return explained.map(({ path, value, from }) => {
      const place = placeOf(path, config)
      return {
        path: tellPath(place, aliases),
        value: tellValue(value, place, aliases),
        from: aliases.keepsNames
          ? aliases.text(from)
          : from.replace(/(env|file|exec):.* \(/, '$1 ('),
      }
    })
  } catch (error) {
    return tellProblem(problemOf(error), aliases)
  }
}

interface Place {
  readonly section: string
  /** What a person called it. */
  readonly name?: string
  readonly members: readonly string[]
}

/** A name may have dots of its own. */
function placeOf(path: string, config: DeclaredConfig): Place {
  const [section = '', ...rest] = path.split('.')
  if (!isSection(section)) return { section, members: rest }
  const joined = rest.join('.')
  const names = config[section].map(({ name }) => name)
  const name = names.find((one) => joined.startsWith(`${one}.`)) ?? rest[0] ?? ''
  return { section, name, members: joined.slice(name.length + 1).split('.') }
}

function isSection(section: string): section is Section {
  return Object.hasOwn(KINDS, section)
}

function tellPath({ section, name, members }: Place, aliases: Aliases): string {
  const [member, ...below] = members
  // The settings of a kind are called the same everywhere; headers and groups are not.
  const isOurs = member === 'settings' || member === 'secrets'
  const shown = isOurs ? below : below.map((one) => aliases.of('member', one))
  const called = name === undefined || !isSection(section) ? [] : [aliases.of(KINDS[section], name)]
  return [section, ...called, ...(member === undefined ? [] : [member]), ...shown].join('.')
}

function tellValue(value: JsonValue, { section, members }: Place, aliases: Aliases): unknown {
  const [member = ''] = members
  if (value === SECRET) return value
  if (aliases.keepsNames && (section === 'domains' || NAMES.has(member))) {
    return aliases.text(typeof value === 'string' ? value : JSON.stringify(value))
  }
  if (section === 'feeds' && member === 'connection') return aliases.of('connection', String(value))
  if (section === 'feeds' && member === 'sinks' && Array.isArray(value)) {
    return value.map((name) => aliases.of('sink', String(name)))
  }
  if (!TOLD.has(member)) return LEFT_OUT
  if (Array.isArray(value)) return value.map((one) => aliases.plain(one))
  return typeof value === 'object' ? LEFT_OUT : aliases.plain(value)
}
