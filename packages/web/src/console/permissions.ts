/** @module What the person who is signed in may do, as far as the page shows it. The server judges for itself. */

/** A rule, as the server tells it. */
export interface Rule {
  readonly connections: readonly string[]
  readonly verbs: readonly Verb[]
  readonly methods?: readonly string[]
  readonly paths?: readonly string[]
}

/** What can be done. */
export const verbs = ['read', 'sync', 'act', 'proxy', 'token', 'keys', 'admin', 'approve'] as const

/** One of {@link verbs}. */
export type Verb = (typeof verbs)[number]

/** Every connection. */
export const EVERY = '*'

/** The rules, as questions. */
export class Permissions {
  readonly #rules: readonly Rule[]

  constructor(rules: readonly Rule[]) {
    this.#rules = rules
  }

  /** Whether a verb is given on a connection; without one, on every connection. */
  may(verb: Verb, connection: string = EVERY): boolean {
    return this.#rules.some(
      (rule) =>
        rule.verbs.includes(verb) &&
        (rule.connections.includes(EVERY) || rule.connections.includes(connection)),
    )
  }

  /** Whether everything that a rule gives is given; limits of it the server judges. */
  includes({ connections, verbs: given }: Rule): boolean {
    return connections.every((name) => given.every((verb) => this.may(verb, name)))
  }

  /** Whether a verb is given on any connection. */
  maySomewhere(verb: Verb): boolean {
    return this.#rules.some((rule) => rule.verbs.includes(verb))
  }

  /** The verbs that are given anywhere, in the order of {@link verbs}. */
  verbs(): readonly Verb[] {
    return verbs.filter((verb) => this.maySomewhere(verb))
  }

  /** The connections on which a verb is given; undefined for every one. */
  connectionsFor(verb: Verb): readonly string[] | undefined {
    if (this.may(verb)) return undefined
    const rules = this.#rules.filter((rule) => rule.verbs.includes(verb))
    return [...new Set(rules.flatMap(({ connections }) => connections))]
  }
}
