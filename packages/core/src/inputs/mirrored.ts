/** @module What somebody who keeps a copy of an input has to know of it: its objects, what changed, what the System Log tells. */

import type { InputName } from './input-name.ts'

/** The names of the kinds of objects. */
export type ObjectKindName = 'user' | 'group' | 'group-member' | 'app' | 'app-user' | 'app-group'

/** The list behind a parent that objects are in. */
export interface ParentList {
  /** The parent by its id: `/api/v1/groups/{parent}`. */
  readonly parentPath: string
  /** `/api/v1/groups/{parent}/users` */
  readonly path: string
  readonly pageLimit: number
  /** The member of a record that holds the parent's id: `groupId`. */
  readonly idMember: string
  /** The member of a record that holds the object: `user`. */
  readonly member: string
}

/** One kind of object that an input consists of. */
export interface ObjectKind {
  readonly name: ObjectKindName
  /** How one is read by its id: `/api/v1/users/{id}`. Absent where Okta has no such path: its parent's list is read then. */
  readonly path?: string
  /** Of an object that is in a list behind a parent. Its id is `{parent}/{id}`. */
  readonly list?: ParentList
  /** Members of the object that are times at which it changed; the latest counts. */
  readonly changed: readonly string[]
  /** Whether lists of it come from an index that is behind, and may show what was so a while ago. */
  readonly isIndexed: boolean
  /** What makes two states of an object different: all that it says, or nothing, because it can only be there or not. */
  readonly compared: 'content' | 'presence'
}

/** Events of the System Log that tell that something happened to an object. */
export interface Hint {
  /** Types of events; one that ends in a full stop stands for all that begin with it. */
  readonly eventTypes: readonly string[]
  readonly kind: ObjectKindName
  /** The type of the target that is the object's parent. */
  readonly parent?: string
  /** The type of the target that is the object; absent: its parent's whole list is meant. */
  readonly object?: string
}

/** Whose times tell what changed since a moment. */
export type ChangesOf =
  | { readonly of: 'records' }
  | {
      /** Parents, whose lists are read anew. */
      readonly of: 'parents'
      readonly input: InputName
      /** The member of a parent that tells when its list changed. */
      readonly changed: string
      /** Parents of which that is not true: those with this text in this member. */
      readonly except: { readonly member: string; readonly text: string }
    }

/** How a copy of an input is kept. */
export interface Mirrored {
  /** A record is of the first kind whose list's member it has. */
  readonly kinds: readonly ObjectKind[]
  readonly hints: readonly Hint[]
  /** Absent where Okta cannot be asked what changed. */
  readonly changes?: ChangesOf
}
