/** @module An object of an org as the server tells it, and what belongs to it. */

import { objectTexts as texts } from '../../texts/console/objects.ts'
import { pathOf, withQuery } from '../address.ts'
import { connectionPath } from '../connections/connection.ts'

/** The kinds of objects that are kept. */
export const kinds = ['user', 'group', 'app', 'group-member', 'app-user', 'app-group'] as const

/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number]

/** An object in a list. */
export interface StoredObject {
  readonly kind: Kind
  readonly id: string
  /** Of a member or an assignment: the group or app, and the user or group. */
  readonly parent?: string
  readonly child?: string
  readonly status?: string
  readonly label?: string
  readonly login?: string
  readonly observedAt: string
}

/** Some objects, by id. */
export interface ObjectPage {
  readonly objects: readonly StoredObject[]
  readonly next?: string
}

/** Where the objects of a connection are asked for. */
export function objectsPath(connection: string): string {
  return connectionPath(connection, '/objects')
}

/** The place of one object. */
export function placeOfObject(connection: string, kind: Kind, id: string): string {
  return pathOf('/objects/:connection/:kind/:id', { connection, kind, id })
}

/** What an object is called. */
export function nameOf({ label, login, id }: StoredObject): string {
  return label ?? login ?? id
}

/** What the two ends of a member or an assignment are. */
export const ends: Readonly<
  Partial<Record<Kind, { readonly parent: Kind; readonly child: Kind }>>
> = {
  'group-member': { parent: 'group', child: 'user' },
  'app-user': { parent: 'app', child: 'user' },
  'app-group': { parent: 'app', child: 'group' },
}

/** The lists of what belongs to an object, by name. */
export function listsAround(
  connection: string,
  { kind, id }: StoredObject,
): readonly (readonly [name: string, to: string])[] {
  const { related } = texts
  const list = (of: Kind, end: 'parent' | 'child') =>
    withQuery('/objects', { connection, kind: of, [end]: id })
  const events = (filter: 'actor' | 'target') =>
    withQuery('/log', { connection, range: 'all', [filter]: id })
  switch (kind) {
    case 'user':
      return [
        [related.groups, list('group-member', 'child')],
        [related.apps, list('app-user', 'child')],
        [related.acted, events('actor')],
        [related.happened, events('target')],
      ]
    case 'group':
      return [
        [related.members, list('group-member', 'parent')],
        [related.apps, list('app-group', 'child')],
        [related.happened, events('target')],
      ]
    case 'app':
      return [
        [related.users, list('app-user', 'parent')],
        [related.assignedGroups, list('app-group', 'parent')],
        [related.happened, events('target')],
      ]
    default:
      return []
  }
}
