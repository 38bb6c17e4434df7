/** @module Turns a connection as a person writes it, with the labels of other products' documents, into its own members. */

import { feedMemberOf, fixedMembers, memberOf, secretMembers } from './labels.ts'
import type { ConfigPath } from './problem.ts'
import { parseReference } from './reference.ts'
import type { Report } from './report.ts'
import type { YamlMapping, YamlMember, YamlNode } from './yaml.ts'

/** The members of a mapping that is being put together. */
export type Members = Map<string, YamlMember>

const SECRETS: ReadonlySet<string> = new Set(secretMembers)

// Of a feed: the documents that name them have one page for the connection and what is read over it.
const OF_A_FEED: ReadonlySet<string> = new Set(['cron', 'backfillstarttime'])

/** Headers that other products show, and that hold no secret. */
export const plainHeaders: ReadonlySet<string> = new Set(['accept', 'content-type'])

/**
 * Gives a connection the shape of its schema: members by their own names, secrets below `secrets`, what is empty left out.
 *
 * `settings` and `secrets` are groups: what is in them may as well stand beside them.
 */
export function understandConnection(
  node: YamlMapping,
  path: ConfigPath,
  report: Report,
): YamlMapping {
  const found: Members = new Map()
  gather(node, { path, found, report })
  const members: Members = new Map()
  const secrets: Members = new Map()
  for (const [name, member] of found) {
    if (Object.hasOwn(fixedMembers, name)) requireFixed(name, member, { path, found, report })
    else if (name === 'name') requireOwnName(member, path, report)
    else if (SECRETS.has(name)) secrets.set(name, member)
    else members.set(name, member)
  }
  requireReferences(secrets, [...path, 'secrets'], report)
  const headers = members.get('headers')
  if (headers?.value.kind === 'mapping') {
    const values: Members = new Map(headers.value.members)
    requireReferences(values, [...path, 'headers'], report, plainHeaders)
    members.set('headers', { ...headers, value: { ...headers.value, members: values } })
  }
  if (secrets.size > 0) {
    const [first] = secrets.values()
    const line = first?.line ?? node.line
    members.set('secrets', { line, value: { kind: 'mapping', line, members: secrets } })
  }
  return { kind: 'mapping', line: node.line, members }
}

/** Gives a feed the shape of its schema: members by their own names, what is empty left out, and one sink as a list. */
export function understandFeed(node: YamlMapping, path: ConfigPath, report: Report): YamlMapping {
  const members: Members = new Map()
  for (const [name, { line, value }] of node.members) {
    const member = feedMemberOf(name) ?? name
    if (members.has(member)) {
      const message = `This stands for ${member}, which is there already.`
      const remedy = 'Leave one of the two.'
      report.add([...path, name], { line, code: 'config_member_twice', message, remedy })
    } else if (value.kind !== 'scalar' || value.value !== null) {
      const isOneSink = member === 'sinks' && value.kind === 'scalar'
      members.set(member, {
        line,
        value: isOneSink ? { kind: 'list', line, items: [value] } : value,
      })
    }
  }
  return { ...node, members }
}

/** Gives a sink secrets that are references. */
export function understandSink(node: YamlMapping, path: ConfigPath, report: Report): YamlMapping {
  const secrets = node.members.get('secrets')
  if (secrets?.value.kind !== 'mapping') return node
  const references: Members = new Map(secrets.value.members)
  requireReferences(references, [...path, 'secrets'], report)
  const value = { ...secrets.value, members: references }
  return { ...node, members: new Map([...node.members, ['secrets', { ...secrets, value }]]) }
}

interface Gathering {
  readonly path: ConfigPath
  readonly found: Members
  readonly report: Report
}

function gather(node: YamlMapping, gathering: Gathering, group?: string): void {
  const { path, found, report } = gathering
  for (const [name, { line, value }] of node.members) {
    const place = group === undefined ? [...path, name] : [...path, group, name]
    const member = memberOf(name)
    if (member === undefined) {
      report.add(place, { line, ...unknown(name) })
    } else if (member === 'settings' || member === 'secrets') {
      gatherGroup(member, { line, value }, { ...gathering, group })
    } else if (found.has(member)) {
      const message = `This stands for ${member}, which is there already.`
      report.add(place, {
        line,
        code: 'config_member_twice',
        message,
        remedy: 'Leave one of the two.',
      })
    } else if (value.kind !== 'scalar' || value.value !== null) {
      found.set(member, { line, value })
    }
  }
}

function gatherGroup(
  member: 'settings' | 'secrets',
  { line, value }: YamlMember,
  gathering: Gathering & { readonly group: string | undefined },
): void {
  const { path, report, group } = gathering
  if (value.kind === 'scalar' && value.value === null) return
  if (value.kind === 'mapping' && group === undefined) {
    gather(value, gathering, member)
    return
  }
  const message = `${member} holds no mapping of its own members.`
  const remedy = `Write the ${member} below it, each on a line of its own, indented.`
  report.add([...path, member], { line, code: 'config_value_invalid', message, remedy })
}

function unknown(name: string) {
  if (OF_A_FEED.has(name.toLowerCase().replace(/[^a-z]/g, ''))) {
    return {
      code: 'config_member_unknown',
      message: 'A connection has no schedule: what is read over it, and when, is a feed.',
      remedy: 'Write it below feeds, in a feed that names this connection.',
    }
  }
  return {
    code: 'config_member_unknown',
    message: 'A connection has no member of this name.',
    remedy: 'Look for the name with postern config schema.',
  }
}

function requireFixed(name: string, { line, value }: YamlMember, gathering: Gathering): void {
  const { path, found, report } = gathering
  const values = fixedMembers[name]?.values ?? []
  const given = value.kind === 'scalar' ? value.value : undefined
  const isKnown = typeof given === 'string' && values.includes(given)
  const isStatic = found.has('apiToken')
  const isOtherWay = name === 'authConfig' && (given === 'API Key') !== isStatic
  if (isKnown && !isOtherWay) return
  report.add([...path, name], {
    line,
    code: 'config_value_invalid',
    message: isKnown
      ? 'Another way to sign in is chosen than the secrets are for.'
      : 'Okta takes one value here, and it is another one.',
    remedy: `Leave it out, or write ${values.join(' or ')}.`,
  })
}

/** The connection's name is the one it stands below. */
function requireOwnName({ line, value }: YamlMember, path: ConfigPath, report: Report): void {
  if (value.kind === 'scalar' && value.source === path.at(-1)) return
  const message = 'The connection has another name here than the one it stands below.'
  const remedy = 'Leave the name out here.'
  report.add([...path, 'name'], { line, code: 'config_value_invalid', message, remedy })
}

/**
 * Reports each value that is no reference: never with the value, which is likely to be the secret itself. One stands in its
 * place from then on, so that the rest is judged all the same.
 */
export function requireReferences(
  members: Members,
  path: ConfigPath,
  report: Report,
  plain: ReadonlySet<string> = new Set(),
): void {
  for (const [name, { line, value }] of members) {
    if (plain.has(name.toLowerCase())) continue
    const refusal = refusalOf(value)
    if (refusal === undefined) continue
    report.add([...path, name], { line, ...refusal })
    const standIn = { kind: 'scalar', line, value: 'env:X', source: 'env:X' } as const
    members.set(name, { line, value: standIn })
  }
}

function refusalOf(node: YamlNode) {
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : ''
  if (parseReference(text) !== undefined) return undefined
  return /^\s*(?:env|file|exec):/.test(text)
    ? {
        code: 'config_reference_invalid',
        message: 'The reference names nothing that can be read.',
        remedy:
          'Write env:NAME, file:PATH or exec:COMMAND, with quotes around arguments with blanks.',
      }
    : {
        code: 'config_secret_in_file',
        message: 'The secret itself stands here, or no reference to it.',
        remedy:
          'Put the secret elsewhere and name its place: env:NAME, file:PATH or exec:COMMAND. If the file was shared, replace the secret.',
      }
}
