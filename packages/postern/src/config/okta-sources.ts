/** @module Finds the settings of Okta's tools where those tools look: the environment and their files. */

import { join } from 'node:path'
import { Secret } from '@postern/core'
import { oktaFilePlaces, parseOktaFile } from './okta-file.ts'
import {
  ignoredFileMembers,
  ignoredVariables,
  noSuchSetting,
  type OktaSettingName,
  oktaFileMembers,
  oktaSettingNames,
  oktaVariables,
} from './okta-variables.ts'

/** What {@link readOktaEnvironment} looks at. */
export interface OktaSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file; undefined where there is none. */
  readonly readTextFile: (path: string) => Promise<string | undefined>
  /** The home directory; without it no file is looked for there. */
  readonly home?: string | undefined
  /** The project's directory. */
  readonly cwd: string
}

/** A value under one name. Each is kept as a secret until its setting says that it is none. */
export interface FoundValue {
  readonly setting: OktaSettingName
  /** `OKTA_CLIENT_ORGURL`, or `~/.okta/okta.yaml: okta.client.orgUrl`. */
  readonly from: string
  readonly value: Secret
  /** The value names a file that holds the setting. */
  readonly isFile?: true
}

/** A name that is set and has no use here. */
export interface IgnoredName {
  readonly name: string
  readonly reason: string
}

/** What was found, in order of precedence. */
export interface FoundValues {
  readonly found: readonly FoundValue[]
  readonly ignored: readonly IgnoredName[]
}

/** Finds the variables of Okta's tools, in the order of the table; an empty one counts as not set. */
export function findInEnvironment(env: OktaSources['env']): FoundValues {
  const used = new Set(['OKTA_BASE_URL'])
  const found = oktaSettingNames.flatMap((setting) =>
    oktaVariables[setting].flatMap(({ name, isFile }): FoundValue[] => {
      used.add(name)
      const value = name === 'OKTA_ORG_NAME' ? terraformOrgUrl(env) : textIn(env, name)
      if (value === undefined) return []
      const from =
        name === 'OKTA_ORG_NAME' && textIn(env, 'OKTA_BASE_URL')
          ? `${name} and OKTA_BASE_URL`
          : name
      return [
        { setting, from, value: new Secret(value), ...(isFile === undefined ? {} : { isFile }) },
      ]
    }),
  )
  const ignored = Object.keys(env)
    .filter((name) => /^OKTA_[A-Z0-9_]{1,80}$/.test(name) && !used.has(name))
    .filter((name) => textIn(env, name) !== undefined)
    .sort()
    .map((name) => ({ name, reason: ignoredVariables.get(name) ?? noSuchSetting }))
  if (textIn(env, 'OKTA_BASE_URL') === undefined || textIn(env, 'OKTA_ORG_NAME') !== undefined) {
    return { found, ignored }
  }
  const lone = { name: 'OKTA_BASE_URL', reason: 'It says nothing without OKTA_ORG_NAME.' }
  return { found, ignored: [lone, ...ignored] }
}

/** Finds `okta.client` in the project's files, then in the home directory's. */
export async function findInFiles(sources: OktaSources): Promise<FoundValues> {
  const found: FoundValue[] = []
  const ignored: IgnoredName[] = []
  for (const { directory, name, isForeign } of oktaFilePlaces) {
    const base = directory === 'home' ? sources.home : sources.cwd
    const shownPath = `${directory === 'home' ? '~' : '.'}/${name}`
    const text = base === undefined ? undefined : await sources.readTextFile(join(base, name))
    if (text === undefined) continue
    try {
      const values = await findInFile(text, shownPath)
      found.push(...values.found)
      ignored.push(...values.ignored)
    } catch (error) {
      if (isForeign !== true) throw error
      ignored.push({ name: shownPath, reason: 'It is not JSON that can be read.' })
    }
  }
  return { found, ignored }
}

async function findInFile(text: string, shownPath: string): Promise<FoundValues> {
  const { members } = await parseOktaFile(text, shownPath)
  const known = new Set(Object.values(oktaFileMembers).flat())
  const origin = (member: string) => `${shownPath}: okta.client.${shownMember(member)}`
  const found = oktaSettingNames.flatMap((setting) =>
    oktaFileMembers[setting].flatMap((wanted): FoundValue[] => {
      const member = members.find(({ name }) => name.toLowerCase() === wanted)
      if (member?.value === undefined) return []
      return [{ setting, from: origin(member.name), value: new Secret(member.value) }]
    }),
  )
  const ignored = members.flatMap(({ name, value }): IgnoredName[] => {
    const wanted = name.toLowerCase()
    if (!known.has(wanted)) {
      return [{ name: origin(name), reason: ignoredFileMembers.get(wanted) ?? noSuchSetting }]
    }
    return value === undefined
      ? [{ name: origin(name), reason: 'It is neither a text nor a list.' }]
      : []
  })
  return { found, ignored }
}

/** terraform-provider-okta builds the URL of an org's name and an Okta domain. */
function terraformOrgUrl(env: OktaSources['env']): string | undefined {
  const name = textIn(env, 'OKTA_ORG_NAME')?.trim()
  if (name === undefined || name.includes('.') || name.includes('/')) return name
  const domain = textIn(env, 'OKTA_BASE_URL')?.trim() ?? 'okta.com'
  return `https://${name}.${domain.replace(/^https?:\/\//i, '')}`
}

function textIn(env: OktaSources['env'], name: string): string | undefined {
  const text = Object.hasOwn(env, name) ? env[name] : undefined
  return text === undefined || text.trim() === '' ? undefined : text
}

/** A file may name its members anything; only plain names are said back. */
function shownMember(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]{0,40}$/.test(name) ? name : '(another member)'
}
