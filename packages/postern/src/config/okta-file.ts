/** @module Reads `okta.client` from a file that Okta's SDKs and command-line tools read. */

import { ConfigError } from './config-error.ts'
import { maxFileBytes, tooLarge } from './text-file.ts'

/** The members of `okta.client`, in the file's order. */
export interface OktaFile {
  readonly members: readonly OktaFileMember[]
}

/** One member: a text, a list of texts joined with spaces, a mapping as JSON, or undefined for anything else. */
export interface OktaFileMember {
  /** As the file spells it. */
  readonly name: string
  readonly value: string | undefined
}

/** A place where one of Okta's tools looks for a file. */
export interface OktaFilePlace {
  readonly directory: 'project' | 'home'
  readonly name: string
  readonly tools: string
  /** The file is not Okta's alone: one that cannot be parsed is left to its owner. */
  readonly isForeign?: true
}

/** Where the files are, in order of precedence. */
export const oktaFilePlaces: readonly OktaFilePlace[] = [
  { directory: 'project', name: 'okta.yaml', tools: 'okta-sdk-nodejs, -python, -dotnet' },
  { directory: 'project', name: 'okta.yml', tools: 'okta-sdk-dotnet' },
  { directory: 'project', name: '.okta.yaml', tools: 'okta-sdk-golang, okta-cli-client' },
  { directory: 'project', name: 'appsettings.json', tools: 'okta-sdk-dotnet', isForeign: true },
  { directory: 'home', name: '.okta/okta.yaml', tools: 'all SDKs, okta-cli-client' },
  { directory: 'home', name: '.okta/okta.yml', tools: 'okta-sdk-dotnet' },
]

const MAX_ALIASES = 20
const UNSET: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL'])

/**
 * Parses a file; JSON is read as the YAML it is.
 *
 * Every value stays the text it is in the file, so that a key id of digits loses none.
 *
 * @param shownPath - the path as errors and origins name it.
 * @throws {ConfigError} `config_file_too_large`; `config_file_invalid` with the line where there is one.
 */
export async function parseOktaFile(text: string, shownPath: string): Promise<OktaFile> {
  if (Buffer.byteLength(text) > maxFileBytes) throw tooLarge(shownPath)
  const client = memberOf(memberOf(await parseYaml(text, shownPath), 'okta'), 'client')
  if (!(client instanceof Map)) return { members: [] }
  const members = [...client].map(([name, value]) => ({ name: String(name), value: textOf(value) }))
  return { members: members.filter(({ value }) => value === undefined || !UNSET.has(value.trim())) }
}

async function parseYaml(text: string, shownPath: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  try {
    // `failsafe` has texts, lists and mappings alone: no tag makes anything else of them.
    const document = parseDocument(text, {
      schema: 'failsafe',
      lineCounter,
      prettyErrors: false,
      // With `silent` a second document would be passed over instead of reported.
      logLevel: 'error',
    })
    const [error] = document.errors
    if (error !== undefined) throw invalid(shownPath, lineCounter.linePos(error.pos[0]).line)
    return document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES })
  } catch (error) {
    if (error instanceof ConfigError) throw error
    // The parser's own message quotes the file, so it is not carried on as the cause.
    throw invalid(shownPath, undefined)
  }
}

function invalid(shownPath: string, line: number | undefined): ConfigError {
  const where = line === undefined ? shownPath : `${shownPath}, line ${line},`
  return new ConfigError('config_file_invalid', `${where} is not YAML that can be read.`, {
    remedy: `Correct ${shownPath}, or move it away where nothing needs it.`,
    details: { path: shownPath, ...(line === undefined ? {} : { line }) },
  })
}

/** A member by its name in any case: .NET writes `Okta:Client:OrgUrl`. */
function memberOf(value: unknown, name: string): unknown {
  if (!(value instanceof Map)) return undefined
  for (const [key, member] of value) if (String(key).toLowerCase() === name) return member
  return undefined
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === 'string') ? value.join(' ') : undefined
  }
  if (!(value instanceof Map)) return undefined
  // okta-sdk-nodejs and -dotnet take a JWK as a mapping.
  const entries: [string, string][] = []
  for (const [key, member] of value) {
    if (typeof key !== 'string' || typeof member !== 'string') return undefined
    entries.push([key, member])
  }
  return JSON.stringify(Object.fromEntries(entries))
}
