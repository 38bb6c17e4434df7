/** @module Documents lead to each other: every file and heading that is linked to is there, and every document is in the index. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const documents = [
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
]

/** The links of a document within the repository, from its root. */
function linksOf(document: string): readonly (readonly [path: string, heading: string])[] {
  const text = readFileSync(root + document, 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return links
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', heading = ''] = target.split('#')
      return [path === '' ? document : join(dirname(document), path), heading]
    })
}

/** The names by which headings are linked to, as GitHub makes them. */
function headingsOf(path: string): readonly string[] {
  const text = readFileSync(root + path, 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(documents)('%s leads to files and headings that exist', (document) => {
  for (const [path, heading] of linksOf(document)) {
    expect(existsSync(root + path), `${document}: ${path}`).toBe(true)
    if (heading !== '') expect(headingsOf(path), `${document}: ${path}`).toContain(heading)
  }
})

test('every document is in docs/README.md', () => {
  const listed = new Set(linksOf('docs/README.md').map(([path]) => path))
  const missing = documents.filter((path) => path.startsWith('docs/') && !listed.has(path))
  expect(missing).toEqual(['docs/README.md'])
})

test('docs/architecture.md names folders and files that exist', () => {
  const text = readFileSync(`${root}docs/architecture.md`, 'utf8')
  const paths = [...text.matchAll(/`((?:packages|test)\/[\w./-]+)`/g)].map(([, path = '']) => path)
  expect(paths.length).toBeGreaterThan(20)
  for (const path of paths) expect(existsSync(root + path), path).toBe(true)
})

test('docs/architecture.md names every decision', () => {
  const linked = new Set(linksOf('docs/architecture.md').map(([path]) => path))
  const decisions = readdirSync(`${root}docs/decisions`).map((name) => `docs/decisions/${name}`)
  expect(decisions.filter((path) => !linked.has(path))).toEqual([])
})
