/** @module The lists behind each record of another list, several at the same time: members of groups, assignments of apps. */

import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import type { PagesOptions } from '../org/pages.ts'
import {
  cursorInvalid,
  decodeCursor,
  encodeCursor,
  integerOf,
  objectsOf,
  textOf,
} from './cursor-text.ts'
import type { Batch, Input, ReadOptions } from './input.ts'
import { roleMissing } from './input-error.ts'
import type { InputName } from './input-name.ts'
import { interleave } from './interleave.ts'
import { memberReader } from './member-reader.ts'
import { pagingUntil } from './onward.ts'
import { pagesToProvenEnd } from './proven-end.ts'
import { Repeats } from './repeats.ts'
import { wrapper } from './wrapper.ts'

/** A list behind a parent. */
export interface ChildList {
  /** What stands between the parent's path and the list: `users`. */
  readonly path: string
  readonly pageLimit: number
  /** The member that holds the record beside the parent's id: `user`. */
  readonly member: string
}

/** Lists behind parents. */
export interface ParentLists {
  readonly input: InputName
  /** The list of the parents. */
  readonly parents: Pick<Input, 'resource' | 'pageLimit' | 'everyOrgHas'>
  /** The member that holds the parent's id: `groupId`. */
  readonly idMember: string
  /** One after the other for each parent. */
  readonly lists: readonly ChildList[]
}

/** A parent, and where it stands in the list of parents. */
interface Parent {
  readonly id: string
  /** The page it is on; absent for the first. */
  readonly pageCursor?: string | undefined
  /** How many parents come after it; known on the last page alone. */
  readonly left?: number | undefined
}

/** A parent whose lists are being read. */
interface Family {
  readonly id: string
  /** Which of the lists. */
  list: number
  /** Where that list goes on behind what was given out; absent at its start. */
  cursor?: string | undefined
}

interface Piece {
  readonly family: Family
  readonly list: number
  readonly records: readonly Uint8Array[]
  /** Absent where that list of the family is at its end. */
  readonly cursor: string | undefined
}

const PARALLEL = 4

const idOf = memberReader('id')

/**
 * Reads the lists behind every parent. Each record is wrapped, with its own bytes unchanged:
 * `{"groupId":"00g…","user":{…}}`.
 *
 * A parent that was deleted since its list was read has no children. A cursor names the parents under way and the last
 * one begun; where that one is deleted before the walk goes on, its page of parents is read again from its start, so that
 * records may come twice and none is left out.
 */
export async function* readChildren(
  org: Org,
  lists: ParentLists,
  options: ReadOptions,
): AsyncGenerator<Batch, void, undefined> {
  yield* new FanOut(org, lists, options).read()
}

class FanOut {
  readonly #org: Org
  readonly #lists: ParentLists
  readonly #options: ReadOptions
  readonly #stop = new AbortController()
  readonly #paging: PagesOptions
  /** The parents under way. */
  readonly #open: Family[] = []
  /** The last parent that was begun; absent before the first. */
  #last: Parent | undefined
  #parentsEnded = false
  #begun = 0
  #records = 0

  constructor(org: Org, lists: ParentLists, options: ReadOptions) {
    this.#org = org
    this.#lists = lists
    this.#options = options
    this.#paging = pagingUntil(this.#stop.signal, options)
    if (options.cursor !== undefined) this.#restore(decodeCursor(lists.input, options.cursor))
  }

  async *read(): AsyncGenerator<Batch, void, undefined> {
    const parents = this.#parents()
    const pieces = interleave({
      first: this.#open.map((family) => this.#pieces(family)),
      more: async () => {
        const { done, value } = await parents.next()
        if (!done) return this.#begin(value)
        this.#parentsEnded = true
        return undefined
      },
      atOnce: this.#options.parallel ?? PARALLEL,
      stop: () => this.#stop.abort(),
    })
    let isEnded = false
    for await (const piece of pieces) {
      this.#advance(piece)
      this.#records += piece.records.length
      isEnded = this.#parentsEnded && this.#open.length === 0
      // Without records a batch is of use only for its cursor: it tells the end.
      if (piece.records.length > 0 || isEnded) yield this.#batch(piece.records)
    }
    if (this.#last === undefined && this.#options.cursor === undefined) {
      throw roleMissing(this.#lists.parents)
    }
    if (!isEnded) yield this.#batch([])
  }

  #batch(records: readonly Uint8Array[]): Batch {
    if (this.#parentsEnded && this.#open.length === 0) return { records, remaining: 0 }
    const { pageCursor, id, left } = this.#last ?? {}
    const state = {
      ...(pageCursor === undefined ? {} : { page: pageCursor }),
      ...(id === undefined ? {} : { through: id }),
      ...(this.#parentsEnded ? { parentsEnded: true } : {}),
      open: this.#open.map(({ id: of, list, cursor }) =>
        cursor === undefined ? { id: of, list } : { id: of, list, cursor },
      ),
    }
    const done = this.#begun - this.#open.length
    const remaining =
      left === undefined || done < 1
        ? {}
        : { remaining: Math.round((this.#records / done) * (left + this.#open.length / 2)) }
    return { records, cursor: encodeCursor(this.#lists.input, state), ...remaining }
  }

  #restore(state: JsonObject): void {
    const id = textOf(state, 'through')
    if (id !== undefined) this.#last = { id, pageCursor: textOf(state, 'page') }
    this.#parentsEnded = state['parentsEnded'] === true
    for (const open of objectsOf(state, 'open')) {
      const [family, list] = [textOf(open, 'id'), integerOf(open, 'list')]
      if (family === undefined || this.#lists.lists[list ?? -1] === undefined) {
        throw cursorInvalid('The cursor is damaged.')
      }
      this.#open.push({ id: family, list: list ?? 0, cursor: textOf(open, 'cursor') })
    }
  }

  /** The parents that were not begun yet. */
  async *#parents(): AsyncGenerator<Parent, void, undefined> {
    if (this.#parentsEnded) return
    const { resource, pageLimit: limit } = this.#lists.parents
    let { pageCursor, id: through } = this.#last ?? {}
    const repeats = new Repeats()
    const paging = { ...this.#paging, limit, cursor: pageCursor }
    for await (const page of pagesToProvenEnd(this.#org, resource, paging)) {
      const ids = repeats.leaveOut(page.records).flatMap((record) => idOf(record) ?? [])
      // Not found is -1, and the page is read from its start.
      const rest = ids.slice(through === undefined ? 0 : ids.indexOf(through) + 1)
      through = undefined
      for (const [index, id] of rest.entries()) {
        const left = page.cursor === undefined ? rest.length - index - 1 : undefined
        yield { id, pageCursor, left }
      }
      pageCursor = page.cursor
    }
  }

  #begin(parent: Parent): AsyncIterator<Piece> {
    const family: Family = { id: parent.id, list: 0 }
    this.#last = parent
    this.#begun++
    this.#open.push(family)
    return this.#pieces(family)
  }

  /** The pages behind one parent. */
  async *#pieces(family: Family): AsyncGenerator<Piece, void, undefined> {
    const { parents, lists, idMember } = this.#lists
    let { cursor } = family
    for (let list = family.list; list < lists.length; list++) {
      const child = lists[list]
      if (child === undefined) return
      const path = `${parents.resource}/${encodeURIComponent(family.id)}/${child.path}`
      const { wrap } = wrapper({ idMember, member: child.member }, family.id)
      try {
        const repeats = new Repeats()
        const paging = { ...this.#paging, limit: child.pageLimit, cursor }
        for await (const page of pagesToProvenEnd(this.#org, path, paging)) {
          const records = repeats.leaveOut(page.records).map(wrap)
          yield { family, list, records, cursor: page.cursor }
        }
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'object_not_found')) throw error
        yield { family, list, records: [], cursor: undefined }
      }
      cursor = undefined
    }
  }

  #advance({ family, list, cursor }: Piece): void {
    family.list = cursor === undefined ? list + 1 : list
    family.cursor = cursor
    if (family.list < this.#lists.lists.length) return
    this.#open.splice(this.#open.indexOf(family), 1)
  }
}
