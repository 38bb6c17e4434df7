/** @module What actions there are: those that are built in, and those that an operator declared. */

import { isDeepStrictEqual } from 'node:util'
import {
  type Action,
  actions,
  declareAction,
  getAction,
  type JsonObject,
  PosternError,
} from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import {
  type DeclaredActionRow,
  deleteDeclaredAction,
  findDeclaredAction,
  listDeclaredActions,
  putDeclaredAction,
} from '../store/declared-actions.ts'
import type { ActionsContext } from './context.ts'

/** An action as an operator declares it. */
export interface DeclaredAction {
  /** Beside its name: what `declareAction` takes. */
  readonly declaration: JsonObject
  /** The names of the connections that it is for. Default: every one. */
  readonly connections?: readonly string[] | undefined
}

/** The actions of a store. */
export class KnownActions {
  readonly #context: Pick<ActionsContext, 'store' | 'clock' | 'log'>

  constructor(context: Pick<ActionsContext, 'store' | 'clock' | 'log'>) {
    this.#context = context
  }

  /** Every action; of a connection, those that are for it. */
  async list(connection?: string): Promise<readonly Action[]> {
    const rows = await listDeclaredActions(this.#context.store)
    const declared = rows
      .filter((row) => connection === undefined || isFor(row, connection))
      .flatMap((row) => this.#actionOf(row) ?? [])
    return [...actions, ...declared]
  }

  /** @throws {ActionError} `action_unknown` where there is none of that name on the connection. */
  async get(name: string, connection: string): Promise<Action> {
    const builtIn = actions.find((action) => action.name === name)
    if (builtIn !== undefined) return builtIn
    const row = await findDeclaredAction(this.#context.store, name)
    const declared = row !== undefined && isFor(row, connection) ? this.#actionOf(row) : undefined
    return getAction(name, declared === undefined ? [] : [declared])
  }

  /**
   * Declares an action, in the place of the one that was declared by its name.
   *
   * @returns what became of it.
   * @throws {ActionError} `action_declaration_invalid` with every problem.
   */
  async declare(
    name: string,
    { declaration, connections }: DeclaredAction,
    by: Caller,
  ): Promise<'added' | 'changed' | 'unchanged'> {
    const { store, clock } = this.#context
    declareAction({ ...declaration, name })
    return store.transaction(async () => {
      const before = await findDeclaredAction(store, name)
      const wanted = { declaration, ...(connections === undefined ? {} : { connections }) }
      if (before !== undefined && isDeepStrictEqual(before.declaration, wanted)) return 'unchanged'
      await putDeclaredAction(store, { name, declaration, connections }, clock.now())
      const details = { declaration, connections }
      const entry = { ...by, action: 'action.declare', target: name, outcome: 'ok', details }
      await appendAudit(store, entry, clock.now())
      return before === undefined ? 'added' : 'changed'
    })
  }

  /** Forgets an action that was declared. @throws {ActionError} `action_unknown` */
  async remove(name: string, by: Caller): Promise<void> {
    const { store, clock } = this.#context
    await store.transaction(async () => {
      if (!(await deleteDeclaredAction(store, name))) getAction(name, [])
      const entry = { ...by, action: 'action.remove', target: name, outcome: 'ok' }
      await appendAudit(store, entry, clock.now())
    })
  }

  /** Undefined for what this version does not take: a built-in action may have the name by now. */
  #actionOf({ name, declaration }: DeclaredActionRow): Action | undefined {
    try {
      return declareAction({ ...declaration.declaration, name })
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      this.#context.log.warn({ action: name, code: error.code }, 'a declared action is left out')
      return undefined
    }
  }
}

function isFor({ declaration: { connections } }: DeclaredActionRow, connection: string): boolean {
  return connections === undefined || connections.includes(connection)
}
