/** @module How an org is to be started, read from the JSON of `POST /orgs`. */

import { isJsonObject, type JsonObject } from '../json.ts'
import { parseEdition, parseRole } from '../org-options.ts'
import { readAssumptions } from '../read-assumptions.ts'
import type { OrgStartOptions } from '../running-org.ts'
import { SetupError } from '../setup-error.ts'

const keyTypes = ['RSA', 'EC'] as const

const members = [
  'name',
  'host',
  'path',
  'seed',
  'edition',
  'users',
  'groups',
  'apps',
  'scopes',
  'role',
  'dpopRequired',
  'keyType',
  'faults',
  'assumptions',
  'traffic',
]

/**
 * The options of an org.
 *
 * @throws {SetupError} for a member that there is none of, or whose value will not do.
 */
export function readOrgStart(body: JsonObject): OrgStartOptions {
  for (const name of Object.keys(body)) {
    if (!members.includes(name)) throw wrong(name, `Leave it out; there are ${members.join(', ')}.`)
  }
  const { name, host, path, seed, users, groups, apps, edition, assumptions } = body
  return {
    ...option('name', name, text),
    ...option('host', host, text),
    ...option('path', path, text),
    ...option('seed', seed, count),
    ...option('users', users, count),
    ...option('groups', groups, count),
    ...option('apps', apps, count),
    ...option('edition', edition, parseEdition),
    ...option('assumptions', assumptions, (value) => readAssumptions(object(value) ?? {})),
    ...option('scopes', body['scopes'], texts),
    ...option('role', body['role'], parseRole),
    ...option('dpopRequired', body['dpopRequired'], truth),
    ...option('keyType', body['keyType'], (type) => keyTypes.find((known) => known === type)),
    ...option('faults', body['faults'], readFaults),
    ...option('traffic', body['traffic'], readTraffic),
  }
}

function option<Name extends string, Value>(
  name: Name,
  value: unknown,
  read: (value: unknown) => Value | undefined,
): { readonly [Key in Name]?: Value } {
  if (value === undefined) return {}
  const taken = read(value)
  if (taken === undefined)
    throw wrong(name, 'Give a value of another kind; docs/emulator.md shows them.')
  return { [name]: taken } as { readonly [Key in Name]?: Value }
}

function readFaults(value: unknown): OrgStartOptions['faults'] {
  if (!Array.isArray(value)) return undefined
  return value.map((item: unknown) => {
    if (typeof item === 'string') return item
    const { name, parameters } = object(item) ?? {}
    const given = object(parameters ?? {})
    if (typeof name !== 'string' || given === undefined) {
      throw wrong('faults', 'List names, or objects of name and parameters.')
    }
    return { name, parameters: given }
  })
}

function readTraffic(value: unknown): OrgStartOptions['traffic'] {
  const perSecond = object(value)?.['perSecond']
  return typeof perSecond === 'number' && perSecond >= 0 && perSecond <= 1e4
    ? { perSecond }
    : undefined
}

function object(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function texts(value: unknown): readonly string[] | undefined {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string')
  return isList ? value : undefined
}

function truth(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function count(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1e7
    ? Number(value)
    : undefined
}

function wrong(name: string, remedy: string): SetupError {
  return new SetupError(
    'request_invalid',
    `The member ${JSON.stringify(name.slice(0, 60))} cannot be used as it is.`,
    remedy,
  )
}
