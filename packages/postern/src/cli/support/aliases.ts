/** @module What stands in a support bundle for names, hosts, addresses and ids: the same word for the same thing, everywhere. */

import { actions, showHostile } from '@postern/core'
import ipaddr from 'ipaddr.js'

const MAX_CHARACTERS = 2_000

// What these say is about Okta or the program, and about nobody.
const PUBLIC_HOSTS = /^(?:developer|help|support|status|www)\.okta\.com$/i
const FILE_NAME = /\.(?:ya?ml|json|jsonl|[cm]?[jt]s|pem|jwk|key|env|log|sql|md|gz|csv|txt)$/i

// What others write into a message: a line of the master key, and what is called a secret beside its value.
const WRITTEN_SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bpostern-master-key:\d+:[A-Za-z0-9+/_=-]+/g, '[removed]'],
  [
    /((?:password|passwd|passphrase|pwd|secret|token|signature|sig|api_?key|client_assertion|code_verifier)["']?\s{0,3}[=:]\s{0,3})(?:"[^"]*"?|'[^']*'?|[^\s"'&,;)]+)/gi,
    '$1[removed]',
  ],
]

// Without a dot nothing is a host; `*/5 * * * *`, Europe/Berlin, an instant, and the tables of the records are as they are.
const PLAIN = /^(?:[\w+*/,: -]{1,80}|[\d-]{10}T[\d:.]{8,16}Z|records\.\w+)$/

/**
 * Gives everything that tells who somebody is another word, or leaves it where names are wanted. Whatever it gives has
 * nothing in it that looks like a secret.
 */
export class Aliases {
  /** Whether everything is called what it is called. */
  readonly keepsNames: boolean
  readonly #words = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  #known: RegExp | undefined

  /** @param options.keepsNames - `--with-names` */
  constructor({ keepsNames }: { readonly keepsNames: boolean }) {
    this.keepsNames = keepsNames
  }

  /** The word for something that has a name, which is found in every text from now on. */
  of(kind: string, name: string): string {
    if (this.keepsNames) return showHostile(name)
    const key = name.toLowerCase()
    const word = this.#words.get(key) ?? this.#next(kind)
    if (!this.#words.has(key)) this.#known = undefined
    this.#words.set(key, word)
    return word
  }

  /** A text without what tells who somebody is. */
  text(text: string): string {
    const shown = WRITTEN_SECRETS.reduce(
      (left, [secret, mark]) => left.replace(secret, mark),
      showHostile(text, { maxCharacters: MAX_CHARACTERS }),
    )
    return this.keepsNames ? shown : this.#withoutNames(shown)
  }

  /** A value that is one of a few of ours, a number or a time; anything else is treated as a text. */
  plain(value: unknown): unknown {
    switch (typeof value) {
      case 'number':
      case 'boolean':
        return value
      case 'string':
        return PLAIN.test(value) ? showHostile(value) : this.text(value)
      default:
        return undefined
    }
  }

  #next(kind: string): string {
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    return `${kind}-${count}`
  }

  #withoutNames(text: string): string {
    return (
      text
        .replace(/[^\s@"'<>(),;]+@[^\s@"'<>(),;]+\.[A-Za-z]{2,}/g, (found) =>
          this.of('address', found),
        )
        .replace(this.#knownWords(), (found) => this.of('name', found))
        // Ids of Okta: 0oa…, 00u…
        .replace(/\b0[0-9A-Za-z]{19}\b/g, (found) => this.of('id', found))
        .replace(/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g, (found) =>
          found === '127.0.0.1' ? found : this.of('ip', found),
        )
        .replace(/(?<![\w:.])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?![\w:])/g, (found) =>
          ipaddr.IPv6.isValid(found) && found !== '::1' ? this.of('ip', found) : found,
        )
        .replace(/(?<![\w.-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w-])/g, (found) =>
          isOurs(found) ? found : this.of('host', found),
        )
        .replace(/(?<![\w:/.])(?:\/[\w.@+-]+){2,}/g, (found) =>
          /^\/(?:api|oauth2|v1|\.well-known)\//.test(found) ? found : this.of('path', found),
        )
    )
  }

  /** Each name that is known by now, as a whole word; the longest first. */
  #knownWords(): RegExp {
    if (this.#known !== undefined) return this.#known
    const words = [...this.#words.keys()].toSorted((a, b) => b.length - a.length)
    const escaped = words.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    this.#known =
      words.length === 0
        ? /(?!)/g
        : new RegExp(`(?<![\\w-])(?:${escaped.join('|')})(?![\\w-])`, 'gi')
    return this.#known
  }
}

/** A dotted word that is no host of anybody: a scope, an action, a file of the program. */
function isOurs(word: string): boolean {
  return (
    PUBLIC_HOSTS.test(word) ||
    FILE_NAME.test(word) ||
    /^okta\.(?!com$)[a-z.A-Z]+\.(?:read|manage)(?:\.\w+)?$/.test(word) ||
    actions.some(({ name }) => name === word)
  )
}
