/** @module A text in which the words of a screen are set in bold. */

import type { ReactNode } from 'react'
import { piecesOf } from './emphasis.ts'

/** The text. Whatever is in it is shown as text. */
export function Emphasised({ text }: { readonly text: string }): ReactNode {
  return piecesOf(text).map((piece, index) => {
    // A text does not change while it is shown, so that its pieces have no other identity.
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    return piece.isStrong ? <strong key={index}>{piece.text}</strong> : piece.text
  })
}
