/** @module What a row of a document names as shown by: tests by file and title, and pages. */

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** One test, or one page that a person can walk. */
export interface Proof {
  readonly kind: 'test' | 'page'
  readonly path: string
  readonly title?: string
}

/** The proofs of a cell: `` `FILE` “TITLE”, “TITLE” `` and links, apart by semicolons. */
export function proofsIn(cell: string): readonly Proof[] {
  return cell.split('; ').flatMap(proofsOf)
}

function proofsOf(text: string): readonly Proof[] {
  const [, path] = /^`([^`]+\.test\.ts)` “/.exec(text) ?? []
  if (path !== undefined) {
    const titles = [...text.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title)
    return titles.map((title) => ({ kind: 'test', path, title }))
  }
  const [, link = ''] = /^\[[^\]]+\]\(([^)#]+)(?:#[^)]*)?\)$/.exec(text) ?? []
  return [{ kind: 'page', path: link === '' ? text : `docs/${link}` }]
}

/** Expects the files to be there, and the titles in them. */
export function expectShown(row: string, proofs: readonly Proof[]): void {
  expect(proofs.length).toBeGreaterThan(0)
  for (const { kind, path, title } of proofs) {
    expect(existsSync(root + path), `${row}: ${path}`).toBe(true)
    if (kind === 'page') continue
    const source = readFileSync(root + path, 'utf8')
    const quoted = ["'", '"', '`'].map((quote) => quote + title + quote)
    expect(
      quoted.some((text) => source.includes(text)),
      `${row}: ${path} has no “${title}”`,
    ).toBe(true)
  }
}
