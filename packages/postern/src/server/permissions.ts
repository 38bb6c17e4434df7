/** @module What the rules of an access key add up to. */

import type { ActionRight, ActionRights, RuledAction } from '../actions/rights.ts'
import {
  type AccessRule,
  type CallMethod,
  everyConnection,
  givenVerbs,
  readingActions,
  type Verb,
} from '../config/access-rules.ts'
import { defaultCalls } from '../config/default-calls.ts'

/** The verbs that rules give, by connection. */
export class Permissions implements ActionRights {
  readonly rules: readonly AccessRule[]
  readonly #connections = new Map<Verb, Set<string>>()
  readonly #visible = new Set<string>()

  constructor(rules: readonly AccessRule[]) {
    // Rules are judged before they are kept; what a database says all the same gives nothing more.
    this.rules = rules.map((rule) => ({ ...rule, verbs: givenVerbs(rule) }))
    for (const rule of this.rules) {
      for (const connection of rule.connections) this.#visible.add(connection)
      for (const verb of rule.verbs) {
        const names = this.#connections.get(verb) ?? new Set()
        for (const connection of rule.connections) names.add(connection)
        this.#connections.set(verb, names)
      }
    }
  }

  /** Whether the verb is given on a connection; without one, on every connection. */
  may(verb: Verb, connection: string = everyConnection): boolean {
    const names = this.#connections.get(verb)
    return names !== undefined && (names.has(everyConnection) || names.has(connection))
  }

  /** Whether the verb is given on any connection. */
  maySomewhere(verb: Verb): boolean {
    return this.#connections.has(verb)
  }

  /** The names of the connections on which the verb is given; undefined where it is given on every one. */
  connectionsFor(verb: Verb): readonly string[] | undefined {
    const names = this.#connections.get(verb) ?? new Set()
    return names.has(everyConnection) ? undefined : [...names]
  }

  /** Whether any verb is given on a connection. What a caller may not see is as if it were not there. */
  maySee(connection: string): boolean {
    return this.#visible.has(everyConnection) || this.#visible.has(connection)
  }

  /** What keeps a call through Postern from being made; undefined where some rule gives it whole. */
  callRefusal(
    connection: string,
    { method, path }: { readonly method: CallMethod; readonly path: string },
  ): 'method' | 'path' | undefined {
    const rules = this.rules.filter((rule) => isAbout(rule, 'proxy', connection)).map(limitsOf)
    const ofMethod = rules.filter(({ methods }) => methods.includes(method))
    if (ofMethod.length === 0) return 'method'
    const isGiven = ofMethod.some(({ paths }) => paths.some((prefix) => isBelow(path, prefix)))
    return isGiven ? undefined : 'path'
  }

  /** The most that some rule gives of an action. Nobody has to approve what only reads. */
  actionRight(connection: string, { name, effect }: RuledAction): ActionRight | undefined {
    const rules = this.rules.filter(
      (rule) => isAbout(rule, 'act', connection) && givesAction(rule, name, effect),
    )
    if (rules.length === 0) return undefined
    return effect === 'read' || rules.some(({ approval }) => approval === undefined)
      ? 'direct'
      : 'planned'
  }

  /** Whether some rule gives an action on a connection by its own name, and not with all the others. */
  namesAction(connection: string, action: string): boolean {
    return this.rules.some(
      (rule) => isAbout(rule, 'act', connection) && rule.actions?.includes(action) === true,
    )
  }

  /** Whether everything that a rule gives is given here, with the same limits or fewer. */
  includes(rule: AccessRule): boolean {
    return rule.connections.every((connection) =>
      rule.verbs.every((verb) => {
        if (verb === 'proxy') return this.rules.some((own) => givesProxy(own, connection, rule))
        if (verb === 'act') return this.#givesActions(connection, rule)
        return this.may(verb, connection)
      }),
    )
  }

  #givesActions(connection: string, { actions = [undefined], approval }: WantedActions): boolean {
    const rules = this.rules.filter(
      (own) =>
        isAbout(own, 'act', connection) && (own.approval === undefined || approval !== undefined),
    )
    return actions.every((wanted) =>
      rules.some(
        (own) =>
          own.actions === undefined || (wanted !== undefined && own.actions.includes(wanted)),
      ),
    )
  }
}

/** The permissions of somebody without an access key. */
export const noPermissions = new Permissions([])

/** The actions that a rule is to give; without a list every one, which is none of a list. */
interface WantedActions {
  readonly actions?: readonly (string | undefined)[] | undefined
  readonly approval?: AccessRule['approval']
}

function givesAction(
  { actions }: AccessRule,
  name: string,
  effect: RuledAction['effect'],
): boolean {
  if (actions === undefined || actions.includes(name)) return true
  return effect === 'read' && actions.includes(readingActions)
}

function givesProxy(own: AccessRule, connection: string, rule: AccessRule): boolean {
  if (!isAbout(own, 'proxy', connection)) return false
  const { methods, paths } = limitsOf(own)
  const wanted = limitsOf(rule)
  return (
    wanted.methods.every((method) => methods.includes(method)) &&
    wanted.paths.every((path) => paths.some((prefix) => isBelow(path, prefix)))
  )
}

function isAbout({ connections, verbs }: AccessRule, verb: Verb, connection: string): boolean {
  if (!verbs.includes(verb)) return false
  return connections.includes(everyConnection) || connections.includes(connection)
}

function limitsOf({ methods, paths }: AccessRule): {
  readonly methods: readonly CallMethod[]
  readonly paths: readonly string[]
} {
  return { methods: methods ?? defaultCalls.methods, paths: paths ?? defaultCalls.paths }
}

/** Whether a path is the prefix, or goes on from it with a new segment. */
function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}
