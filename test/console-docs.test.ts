/** @module docs/console.md says what the program does. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseConfigFile } from '../packages/postern/src/config/file/parse.ts'
import { signInInFile } from '../packages/postern/src/config/file/schema.ts'
import { changeKinds } from '../packages/postern/src/server/changes.ts'
import { declarationJudges } from '../packages/postern/src/service/judge-declared.ts'

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')
const page = read('docs/console.md')

/** The first column of the table after a heading or sentence. */
const column = (after: string) =>
  [...(page.split(after)[1]?.split('\n\n')[1] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(
    ([, name]) => name,
  )

test('docs/console.md has a sign-in that is in order, and every member of one', async () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
  const { signIn } = await parseConfigFile(yaml, { file: 'x', folder: '/' }, declarationJudges)
  expect(signIn?.groups.size).toBe(2)
  const table = page.split('| member | means |')[1]?.split('\n\n')[0] ?? ''
  const members = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(members.toSorted()).toEqual(Object.keys(signInInFile.shape).toSorted())
})

test('docs/console.md names every code with which a person is refused, and every event', () => {
  const source = read('packages/postern/src/server/console/sign-in-error.ts')
  const codes = [...source.matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, code]) => code)
  const named = column('### What is refused')
  // What is wrong with the file itself, `config check` says.
  expect([...named, 'sign_in_issuer_invalid'].toSorted()).toEqual(codes.toSorted())
  const events = page.split('| event | something changed in |')[1]?.split('\n\n')[0] ?? ''
  expect([...events.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind)).toEqual([...changeKinds])
})
