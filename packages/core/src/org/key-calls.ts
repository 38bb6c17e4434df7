/** @module Which calls of an org lead to tokens, clients or keys, however their path is written. */

/** A call as far as it decides whether it leads to keys. */
export interface PlainCall {
  readonly method: string
  /** Decoded: see {@link decodePath}. */
  readonly path: string
}

/** Why a path does not stay on its org. */
export type PathFault = 'host' | 'invalid' | 'traversal'

/** What {@link decodePath} found. */
export type DecodedPath =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly fault: PathFault }

// A text that is still encoded after so many rounds is no id of anything.
const MAX_ROUNDS = 4

// Tokens, clients and the keys of apps: what would be a credential past Postern.
const KEY_PATHS: readonly RegExp[] = [
  /^\/oauth2(?:\/[^/]+)?\/v1\/token(?:\/|$)/,
  /^\/oauth2\/v1\/clients(?:\/|$)/,
  /^\/api\/v1\/apps\/[^/]+\/credentials(?:\/|$)/,
  /^\/integrations\/api\/v1\/api-services(?:\/|$)/,
]

// Reading there shows public halves alone; writing registers keys, makes some, or grants scopes. An app and an identity
// provider are made and replaced whole, with their keys and secrets in them.
const KEY_WRITING_PATHS: readonly RegExp[] = [
  /^\/api\/v1\/(?:apps|idps)(?:\/[^/]+)?$/,
  /^\/api\/v1\/apps\/[^/]+\/grants(?:\/|$)/,
  /^\/api\/v1\/authorizationservers\/[^/]+\/(?:resourceserver)?credentials(?:\/|$)/,
  /^\/api\/v1\/idps\/(?:[^/]+\/)?credentials(?:\/|$)/,
  /^\/api\/v1\/(?:hook-keys|api-tokens)(?:\/|$)/,
]
// Each of the shapes has one of these; most paths have none, and need not be taken apart.
const KEY_WORDS = /token|clients|apps|api-services|idps|authorizationservers|hook-keys/iu
// With or without parameters, which servers cut off.
const DOT_SEGMENT = /\/\.{1,2}(?:;[^/]*)?(?:\/|$)/
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Whether a call gives tokens, clients or keys, or may register or grant some, however its path is written. */
export function isKeyCall({ method, path }: PlainCall): boolean {
  if (!KEY_WORDS.test(path)) return false
  // What Okta's servers overlook: parameters of a segment, empty segments, and perhaps the case, blanks around a segment, and
  // a suffix that asks for a format.
  const segments = path.toLowerCase().split('/')
  const plain = segments.map(plainSegment).filter((text) => text !== '')
  const shapes = READING.has(method) ? KEY_PATHS : [...KEY_PATHS, ...KEY_WRITING_PATHS]
  return shapes.some((shape) => shape.test(`/${plain.join('/')}`))
}

function plainSegment(segment: string): string {
  return segment.replace(/[;.].*/, '').trim()
}

/** A path without its query, decoded until nothing changes; or why it does not stay on the org. */
export function decodePath(text: string): DecodedPath {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { ok: false, fault: 'host' }
  let [path = ''] = text.split('?', 1)
  for (let round = 0; ; round++) {
    const fault = faultOf(path)
    if (fault !== undefined) return { ok: false, fault }
    if (round === MAX_ROUNDS || !path.includes('%')) return { ok: true, path }
    const decoded = decode(path)
    if (decoded === undefined && round > 0) return { ok: true, path }
    // A slash that was encoded would begin a segment for whoever decodes it.
    if (decoded === undefined || decoded.split('/').length !== path.split('/').length)
      return { ok: false, fault: 'invalid' }
    path = decoded
  }
}

function faultOf(path: string): PathFault | undefined {
  if (!/^\/(?!\/)/.test(path) || /[\\#\p{Cc}\p{Cs}\u2028\u2029]/u.test(path)) return 'invalid'
  return DOT_SEGMENT.test(path) ? 'traversal' : undefined
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
