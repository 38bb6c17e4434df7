/** @module The `Link` header: where a list goes on. */

/** One link of an answer. */
export interface Link {
  /** As it was sent, between the angle brackets. */
  readonly target: string
  /** What stands behind it, as it was sent: `; rel="next"`. */
  readonly parameters: string
  /** The relations of `rel`, in lower case. */
  readonly relations: readonly string[]
}

const SPACE = /[ \t]*/y
const TARGET = /<([^<>]*)>/y
const PARAMETER =
  /;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*)))?[ \t]*/y

/**
 * Reads a `Link` header, of one line or of several joined by commas.
 *
 * A comma or semicolon inside the angle brackets or inside a quoted value belongs to it. Of a repeated `rel` the first counts.
 *
 * @returns undefined where the header cannot be read.
 * @see RFC 8288, section 3 and appendix B.2
 */
export function parseLinks(header: string): readonly Link[] | undefined {
  const links: Link[] = []
  let position = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position
    const match = pattern.exec(header) ?? undefined
    if (match !== undefined) position = pattern.lastIndex
    return match
  }
  for (;;) {
    take(SPACE)
    if (position === header.length) return links
    if (header[position] === ',') {
      position++
      continue
    }
    const target = take(TARGET)
    if (target === undefined) return undefined
    take(SPACE)
    const begin = position
    let rel: string | undefined
    for (let parameter = take(PARAMETER); parameter !== undefined; parameter = take(PARAMETER)) {
      const [, name = '', quoted, plain] = parameter
      if (name.toLowerCase() === 'rel') rel ??= quoted?.replace(/\\(.)/g, '$1') ?? plain
    }
    if (position < header.length && header[position] !== ',') return undefined
    const relations = (rel ?? '').toLowerCase().split(/\s/).filter(Boolean)
    const parameters = header.slice(begin, position)
    links.push({ target: target[1] ?? '', parameters, relations })
  }
}
