/** @module What the rules of an access key add up to. */

import {
  type AccessRule,
  type CallMethod,
  everyConnection,
  keepsLimits,
  type Verb,
} from '../config/access-rules.ts'
import { defaultCalls } from '../config/default-calls.ts'

/** The verbs that rules give, by connection. */
export class Permissions {
  readonly rules: readonly AccessRule[]
  readonly #connections = new Map<Verb, Set<string>>()
  readonly #visible = new Set<string>()

  constructor(rules: readonly AccessRule[]) {
    this.rules = rules
    for (const rule of rules) {
      for (const connection of rule.connections) this.#visible.add(connection)
      // Rules are judged before they are kept; what a database says all the same gives nothing more.
      const verbs = isLimited(rule) ? rule.verbs.filter(keepsLimits) : rule.verbs
      for (const verb of verbs) {
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
    const rules = this.rules.filter((rule) => isAboutCalls(rule, connection)).map(limitsOf)
    const ofMethod = rules.filter(({ methods }) => methods.includes(method))
    if (ofMethod.length === 0) return 'method'
    const isGiven = ofMethod.some(({ paths }) => paths.some((prefix) => isBelow(path, prefix)))
    return isGiven ? undefined : 'path'
  }

  /** Whether everything that a rule gives is given here, with the same limits or fewer. */
  includes(rule: AccessRule): boolean {
    return rule.connections.every((connection) =>
      rule.verbs.every((verb) =>
        verb === 'proxy'
          ? this.rules.some((own) => givesProxy(own, connection, rule))
          : this.may(verb, connection),
      ),
    )
  }
}

/** The permissions of somebody without an access key. */
export const noPermissions = new Permissions([])

function isLimited({ methods, paths }: AccessRule): boolean {
  return methods !== undefined || paths !== undefined
}

function givesProxy(own: AccessRule, connection: string, rule: AccessRule): boolean {
  if (!isAboutCalls(own, connection)) return false
  const { methods, paths } = limitsOf(own)
  const wanted = limitsOf(rule)
  return (
    wanted.methods.every((method) => methods.includes(method)) &&
    wanted.paths.every((path) => paths.some((prefix) => isBelow(path, prefix)))
  )
}

function isAboutCalls({ connections, verbs }: AccessRule, connection: string): boolean {
  if (!verbs.includes('proxy')) return false
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
