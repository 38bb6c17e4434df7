/** @module Which words of a text are those of a screen: between `**`, or a path through the menus of the Admin Console. */

/** A piece of a text. */
export interface Piece {
  readonly text: string
  readonly isStrong: boolean
}

// What stands on the screens of the Admin Console, the longer before what it begins with. A path is made of these.
const LABELS = [
  'Add administrator',
  'Add assignment',
  'Add key',
  'Activate',
  'Admin roles',
  'Administrators',
  'API',
  'Application rate limits',
  'Applications',
  'Client Credentials',
  'Create token',
  'Deactivate',
  'Edit assignments',
  'Edit',
  'General Settings',
  'General',
  'Inactive',
  'Networks',
  'Okta API Scopes',
  'PUBLIC KEYS',
  'Save Changes',
  'Security',
  'Settings',
  'Tokens',
]
const LABEL = LABELS.join('|')
// Words that are not on the screen stand between those that are: "Applications > the app > Inactive".
const STEP = `(?:${LABEL}|[Tt]he (?:app|token)\\b)`
const PATH = `\\b(?:${LABEL})(?: > ${STEP})+`
// Alone they are told from the same words in a sentence by what stands behind them, or by being more than one word.
const TAB = `\\b(?:${LABEL})(?= (?:tab|screen)\\b)`
const ALONE = ['PUBLIC KEYS', 'Public key / Private key', 'Client authentication', 'API Services']
const MARKED = String.raw`\*\*[^*]+\*\*`
const STRONG = new RegExp(`${MARKED}|${PATH}|${TAB}|\\b(?:${ALONE.join('|')})\\b`, 'g')

/** Cuts a text into pieces. Nothing of it is lost but the `**`; marks without a partner stay. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(STRONG)) {
    if (index > end) pieces.push({ text: text.slice(end, index), isStrong: false })
    pieces.push(...strong(found))
    end = index + found.length
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isStrong: false })
  return pieces
}

function strong(found: string): readonly Piece[] {
  if (found.startsWith('**')) return [{ text: found.slice(2, -2), isStrong: true }]
  return found
    .split(/( > )/)
    .map((text) => ({ text, isStrong: text !== ' > ' && !/^[Tt]he /.test(text) }))
}
