/** @module docs/configuration.md says what the program does. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { labelledMembers, labelsOf } from '../packages/postern/src/config/file/labels.ts'
import { parseConfigFile } from '../packages/postern/src/config/file/parse.ts'
import { declarationJudges } from '../packages/postern/src/service/judge-declared.ts'
import { createPlace } from '../packages/postern/test/cli/run.ts'

const page = readFileSync(
  fileURLToPath(new URL('../docs/configuration.md', import.meta.url)),
  'utf8',
)
const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
const place = createPlace()
afterAll(place.remove)

describe('docs/configuration.md', () => {
  test('has a file that is in order', async () => {
    const { connections, accessKeys } = await parseConfigFile(
      yaml,
      { file: 'x', folder: '/' },
      declarationJudges,
    )
    expect([connections.length, accessKeys.length]).toEqual([2, 1])
  })

  test('shows what check prints', async () => {
    writeFileSync(place.path('postern.yaml'), yaml)
    const [, command = '', printed] = /\$ postern (config check.*)\n(.*)\n```/.exec(page) ?? []
    const { code, stdout } = await place.run(command.split(' '))
    expect([code, stdout]).toEqual([0, `${printed}\n`])
  })

  test('lists every label that is understood', () => {
    const rows = page.match(/^\| `\w+` \| [^|]* \|$/gm) ?? []
    const wanted = labelledMembers.map(
      (member) =>
        `| \`${member}\` | ${labelsOf(member)
          .map((label) => `\`${label}\``)
          .join(', ')} |`,
    )
    expect(rows).toEqual(wanted)
  })
})
