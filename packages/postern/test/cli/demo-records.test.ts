import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readRecords } from '../../src/cli/commands/demo/replay/read-records.ts'

const user = (end: string) => ({ id: `00uTEST000000000AbC${end}`, profile: { login: end } })

describe('recorded data', () => {
  test.each<[string, Record<string, string | Buffer>, string]>([
    ['has other names', { 'a.csv': 'id', 'b.jsonl.gz': 'x' }, 'no file in it has a name that ends'],
    ['is empty', { 'a.jsonl': '', 'b/c.json': '\n \r\n' }, 'nothing is in 2 files'],
    ['is packed', { 'a.jsonl': gzipSync('{}') }, 'of a.jsonl:1, it is no UTF-8'],
    ['is another form', { 'a.jsonl': '\nid,login\n1,2\n' }, 'of a.jsonl:2, it is no JSON'],
  ])('that %s is refused with what was seen of it', async (_, files, observed) => {
    await expect(readRecords(write(files))).rejects.toMatchObject({
      code: 'replay_empty',
      message: expect.stringContaining(observed),
    })
  })

  test('in lists and exchanges, one a line, is read, and what is none has the number of its line', async () => {
    const exchange = {
      request: { path: '/api/v1/users' },
      response: { body: [user('3'), { id: 'x' }] },
    }
    const lines = [user('1'), [user('2'), 7], exchange].map((line) => JSON.stringify(line))
    const { records, badLines } = await readRecords(write({ 'pages.jsonl': lines.join('\n') }))
    expect([...records.values()].map(({ id }) => id)).toEqual(
      ['1', '2', '3'].map((end) => user(end).id),
    )
    expect(badLines.map(({ line }) => line)).toEqual([2, 3])
  })
})

function write(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-records-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}
