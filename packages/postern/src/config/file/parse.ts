/** @module Parses a configuration file: everything that is wrong is reported at once, and nothing is asked of anybody. */

import { PosternError, parseCustomDomain } from '@postern/core'
import type { z } from 'zod'
import { actionDeclaration } from '../action-declaration.ts'
import type { MemberProblem } from '../member-problem.ts'
import { signInDefaults } from '../sign-in.ts'
import { checkActionNames } from './check-action-names.ts'
import { checkConnection } from './check-connection.ts'
import { checkFeedNames } from './check-feed-names.ts'
import type {
  DeclaredAction,
  DeclaredConfig,
  DeclaredConnection,
  DeclaredDomain,
  DeclaredFeed,
  DeclaredSignIn,
  DeclaredSink,
} from './declared.ts'
import { addIssues } from './issues.ts'
import { ConfigFileError, type ConfigPath, type ConfigWarning } from './problem.ts'
import { parseReference, type Reference } from './reference.ts'
import { Report } from './report.ts'
import {
  type ConfigFileMembers,
  type ConnectionInFile,
  configFile,
  connectionInFile,
  feedInFile,
  type SignInInFile,
  signInInFile,
  sinkInFile,
} from './schema.ts'
import {
  type Members,
  plainHeaders,
  requireReferences,
  understandConnection,
  understandFeed,
  understandSink,
} from './understand.ts'
import { readYaml, type YamlMapping, type YamlMember, type YamlNode } from './yaml.ts'

/** Where a text comes from. */
export interface ConfigFilePlace {
  /** As errors name it. */
  readonly file: string
  /** The folder that its paths are relative to. */
  readonly folder: string
}

/** Who judges what the file declares of parts that configuration knows nothing of: kinds of sinks, schedules. */
export interface DeclarationJudges {
  readonly sink: (sink: DeclaredSink) => readonly MemberProblem[]
  readonly feed: (feed: DeclaredFeed) => readonly MemberProblem[]
  readonly signIn: (signIn: DeclaredSignIn) => readonly MemberProblem[]
  readonly action: (action: DeclaredAction) => readonly MemberProblem[]
}

// Where an identifier of digits alone stays the text that it is in the file.
const NUMBERS: ReadonlySet<string> = new Set([
  'jwtExpirySeconds',
  'rotationIntervalDays',
  'jwtClaims',
  'preApproved',
])

/** @throws {ConfigFileError} with every problem, in the order of the file. */
export async function parseConfigFile(
  text: string,
  { file, folder }: ConfigFilePlace,
  judges: DeclarationJudges,
): Promise<DeclaredConfig> {
  const report = new Report()
  const { root, problems } = await readYaml(text)
  report.include(problems)
  if (root === undefined) throw new ConfigFileError(file, report.problems)
  const value = plainOf(understand(root, report), [], report)
  // An empty file declares nothing.
  const parsed = configFile.safeParse(value ?? {})
  if (!parsed.success) addIssues(parsed.error.issues, report)
  // What is in order by itself is judged to its end, whatever else is wrong.
  const declared = declarationsOf(parsed.data ?? soundParts(value), report)
  const customDomains = declared.domains.map(({ host }) => host)
  const checked = await Promise.all(
    declared.connections.map((connection) =>
      checkConnection(connection, { customDomains, report }),
    ),
  )
  judgeAll('sinks', declared.sinks, { judge: judges.sink, report })
  judgeAll('feeds', declared.feeds, { judge: judges.feed, report })
  for (const { path, ...problem } of declared.signIn ? judges.signIn(declared.signIn) : []) {
    report.add(['signIn', ...path.split('.').filter(Boolean)], problem)
  }
  judgeAll('actions', declared.actions, { judge: judges.action, report })
  checkActionNames(declared, report)
  if (report.problems.length > 0) throw new ConfigFileError(file, report.problems)
  const warnings: ConfigWarning[] = declared.connections.flatMap(({ name, line }, index) =>
    (checked[index] ?? []).map(({ code, message }) => {
      return { path: `connections.${name}`, line, code, message }
    }),
  )
  warnings.push(...checkFeedNames(declared))
  const lineOf = (path: ConfigPath) => (report.isPlaced(path) ? report.lineOf(path) : undefined)
  return { file, folder, ...declared, lineOf, warnings }
}

function judgeAll<Declared extends { readonly name: string }>(
  group: string,
  declared: readonly Declared[],
  options: {
    readonly judge: (one: Declared) => readonly MemberProblem[]
    readonly report: Report
  },
): void {
  for (const one of declared) {
    for (const { path, ...problem } of options.judge(one)) {
      const parts = path.split('.').filter((part) => part !== '' && part !== 'name')
      options.report.add([group, one.name, ...parts], problem)
    }
  }
}

/** The parts that are what they have to be, of a file that as a whole is not. */
function soundParts(value: unknown): ConfigFileMembers {
  const { domains, connections, sinks, feeds, actions, signIn } = isRecord(value) ? value : {}
  const sound = Object.entries(isRecord(connections) ? connections : {}).flatMap(
    ([name, entry]): [string, ConnectionInFile][] => {
      const { data, error } = connectionInFile.safeParse(entry)
      if (data !== undefined) return [[name, data]]
      const refused = new Set(error.issues.map(({ path }) => path[0]))
      const rest = Object.entries(isRecord(entry) ? entry : {}).filter(([key]) => !refused.has(key))
      const { data: sound } = connectionInFile.safeParse(Object.fromEntries(rest))
      return sound === undefined ? [] : [[name, sound]]
    },
  )
  return {
    domains: Array.isArray(domains) ? domains.filter((text) => typeof text === 'string') : [],
    connections: Object.fromEntries(sound),
    sinks: soundEntries(sinks, sinkInFile),
    feeds: soundEntries(feeds, feedInFile),
    signIn: signInInFile.safeParse(signIn).data,
    actions: soundEntries(actions, actionDeclaration),
  }
}

function soundEntries<Entry extends z.ZodType>(
  entries: unknown,
  schema: Entry,
): Record<string, z.output<Entry>> {
  const sound = Object.entries(isRecord(entries) ? entries : {}).flatMap(([name, entry]) => {
    const { data } = schema.safeParse(entry)
    return data === undefined ? [] : [[name, data] as const]
  })
  return Object.fromEntries(sound)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The file with each connection in the shape of the schema. */
function understand(root: YamlNode, report: Report): YamlNode {
  if (root.kind !== 'mapping') return root
  const members = new Map<string, YamlMember>(root.members)
  replaceEach(members, 'connections', (node, path) => understandConnection(node, path, report))
  replaceEach(members, 'sinks', (node, path) => understandSink(node, path, report))
  replaceEach(members, 'feeds', (node, path) => understandFeed(node, path, report))
  replaceEach(members, 'accessKeys', (node, path) => {
    const entry = new Map(node.members)
    const key: Members = new Map([...entry].filter(([name]) => name === 'key'))
    requireReferences(key, path, report)
    for (const [name, member] of key) entry.set(name, member)
    return { ...node, members: entry }
  })
  const signIn = members.get('signIn')
  if (signIn?.value.kind === 'mapping') {
    const entry = new Map(signIn.value.members)
    const secrets: Members = new Map([...entry].filter(([name]) => SIGN_IN_SECRETS.has(name)))
    requireReferences(secrets, ['signIn'], report)
    for (const [name, member] of secrets) entry.set(name, member)
    members.set('signIn', { ...signIn, value: { ...signIn.value, members: entry } })
  }
  return { ...root, members }
}

const SIGN_IN_SECRETS: ReadonlySet<string> = new Set(['clientSecret', 'key'])

function replaceEach(
  members: Map<string, YamlMember>,
  group: string,
  replace: (node: YamlMapping, path: ConfigPath) => YamlMapping,
): void {
  const member = members.get(group)
  if (member?.value.kind !== 'mapping') return
  const entries = [...member.value.members].map(([name, entry]): [string, YamlMember] => {
    if (entry.value.kind !== 'mapping') return [name, entry]
    return [name, { ...entry, value: replace(entry.value, [group, name]) }]
  })
  members.set(group, { ...member, value: { ...member.value, members: new Map(entries) } })
}

/** The plain value of a node; where everything in it stands is remembered. */
function plainOf(node: YamlNode, path: ConfigPath, report: Report): unknown {
  // A member stands on the line of its name, which was remembered before.
  if (path.length === 0 || typeof path.at(-1) === 'number') report.place(path, node.line)
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'string' || node.value === null || keepsType(path)
        ? node.value
        : node.source
    case 'list':
      return node.items.map((item, index) => plainOf(item, [...path, index], report))
    case 'mapping': {
      const members = [...node.members].map(([name, { line, value }]) => {
        report.place([...path, name], line)
        return [name, plainOf(value, [...path, name], report)] as const
      })
      return Object.fromEntries(members)
    }
  }
}

function keepsType([group, _name, member]: ConfigPath): boolean {
  if (group === 'signIn') return false
  return group !== 'connections' || (typeof member === 'string' && NUMBERS.has(member))
}

function declarationsOf(file: ConfigFileMembers, report: Report) {
  const { domains = [], connections = {}, sinks = {}, feeds = {} } = file
  const { actions = {}, accessKeys = {}, signIn } = file
  return {
    domains: domains.flatMap((text, index) => readDomain(text, ['domains', index], report)),
    connections: Object.entries(connections).map(([name, members]) =>
      declaredConnection(name, members, report.lineOf(['connections', name]) ?? 1),
    ),
    sinks: Object.entries(sinks).map(([name, { kind, settings = {}, secrets = {} }]) => ({
      name,
      line: report.lineOf(['sinks', name]) ?? 1,
      kind,
      settings,
      secrets: Object.fromEntries(
        Object.entries(secrets).map(([secret, text]) => [secret, referenceOf(text)]),
      ),
    })),
    feeds: Object.entries(feeds).map(([name, members]) => ({
      name,
      line: report.lineOf(['feeds', name]) ?? 1,
      members,
    })),
    actions: Object.entries(actions).map(([name, members]) => ({
      name,
      line: report.lineOf(['actions', name]) ?? 1,
      members,
    })),
    accessKeys: Object.entries(accessKeys).map(([name, { rules, expiresAt, key }]) => ({
      name,
      line: report.lineOf(['accessKeys', name]) ?? 1,
      rules,
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
      ...(key === undefined ? {} : { key: referenceOf(key) }),
    })),
    ...(signIn === undefined ? {} : { signIn: declaredSignIn(signIn, report) }),
  }
}

function declaredSignIn(members: SignInInFile, report: Report): DeclaredSignIn {
  const { clientSecret, key, groups = {}, people = {}, ...given } = members
  const defined = Object.entries(given).filter(([, value]) => value !== undefined)
  return {
    ...signInDefaults,
    ...(Object.fromEntries(defined) as typeof given & typeof signInDefaults),
    line: report.lineOf(['signIn']) ?? 1,
    groups: new Map(Object.entries(groups)),
    people: new Map(Object.entries(people)),
    ...(clientSecret === undefined ? {} : { clientSecret: referenceOf(clientSecret) }),
    ...(key === undefined ? {} : { key: referenceOf(key) }),
  }
}

function readDomain(text: string, path: ConfigPath, report: Report): readonly DeclaredDomain[] {
  try {
    return [{ host: parseCustomDomain(text), line: report.lineOf(path) ?? 1 }]
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    report.add(path, error)
    return []
  }
}

function declaredConnection(
  name: string,
  { secrets = {}, headers, clientId, keyId, preApproved, ...members }: ConnectionInFile,
  line: number,
): DeclaredConnection {
  const references = Object.entries(secrets).flatMap(([member, text]) =>
    text === undefined ? [] : [[member, referenceOf(text)] as const],
  )
  const sealed = Object.entries(headers ?? {}).map(([header, text]) => [
    header,
    plainHeaders.has(header.toLowerCase()) ? text : referenceOf(text),
  ])
  return {
    name,
    line,
    members,
    ...(preApproved === undefined ? {} : { preApproved }),
    ...(clientId === undefined ? {} : { clientId: parseReference(clientId) ?? clientId }),
    ...(keyId === undefined ? {} : { keyId: parseReference(keyId) ?? keyId }),
    ...(headers === undefined ? {} : { headers: Object.fromEntries(sealed) }),
    secrets: Object.fromEntries(references),
  }
}

/** A reference that was judged before. */
function referenceOf(text: string): Reference {
  const reference = parseReference(text)
  if (reference === undefined) throw new TypeError('a reference was not judged')
  return reference
}
