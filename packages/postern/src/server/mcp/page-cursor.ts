/** @module Where the next page of an org's list begins: behind a cursor of the org, and so many records further. */

import { type OrgAnswer, parseLinks } from '@postern/core'
import { z } from 'zod'
import { cursorInvalid } from './tool-error.ts'

const place = z.tuple([z.string().max(2_048), z.int().min(0).max(100_000)])

/** A place in a list. */
export interface PagePlace {
  /** The org's cursor of the page; empty for the first one. */
  readonly after: string
  /** Records of that page that were told before. */
  readonly skip: number
}

/** The place that a cursor stands for. @throws {ToolError} `tool_cursor_invalid` */
export function placeOf(cursor: string | undefined): PagePlace {
  if (cursor === undefined) return { after: '', skip: 0 }
  try {
    const [after, skip] = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { after, skip }
  } catch {
    throw cursorInvalid()
  }
}

/** The cursor of a place. */
export function cursorOf({ after, skip }: PagePlace): string {
  return Buffer.from(JSON.stringify([after, skip])).toString('base64url')
}

/** The org's cursor of the next page; undefined at the end. */
export function nextAfter({ headers }: OrgAnswer): string | undefined {
  const links = parseLinks(headers.get('link') ?? '') ?? []
  const next = links.find(({ relations }) => relations.includes('next'))
  // Of the link the cursor alone is taken: where a request goes is never the org's to say.
  return URL.parse(next?.target ?? '')?.searchParams.get('after') ?? undefined
}
