import { describe, expect, test } from 'vitest'
import { everythingShown } from '../../../../../test/canary.ts'
import { splitCommand } from '../../../src/config/command.ts'
import { runCommand } from '../../../src/config/master-key/command.ts'
import { parseMasterKeySource } from '../../../src/config/master-key/parse.ts'

describe('the command of a master key', () => {
  test.each([
    ['vault read -field=key a/b', ['vault', 'read', '-field=key', 'a/b']],
    ['  vault \t "a  b"  \'c "d"\' "" ', ['vault', 'a  b', 'c "d"', '']],
    ['vault $HOME `id` a;b * > x \\', ['vault', '$HOME', '`id`', 'a;b', '*', '>', 'x', '\\']],
    ['', undefined],
    ['"" a', undefined],
    ['vault "a', undefined],
    ['vault a"b"', undefined],
    ['vault "a"b', undefined],
  ])('is split at its blanks: %s', (text, parts) => {
    expect(splitCommand(text)).toEqual(parts)
  })

  test('gives what it prints, and is given what it reads', async () => {
    expect(await runCommand(['cat'], { stdin: 'said' })).toBe('said')
    expect(await runCommand(['printf', '%s', '$HOME'])).toBe('$HOME')
    // Reads nothing, and has ended before it is given all.
    expect(await runCommand(['true'], { stdin: 'x'.repeat(1_000_000) })).toBe('')
  })

  test.each<[string, [string, ...string[]], string]>([
    ['is not there', ['/nowhere/vault'], 'could not be started (ENOENT)'],
    [
      'fails',
      ['sh', '-c', 'echo canary-out; echo canary-err >&2; exit 3'],
      'ended with exit code 3',
    ],
    ['is killed', ['sh', '-c', 'kill -9 $$'], 'ended with SIGKILL'],
    ['does not end', ['sh', '-c', 'sleep 3 & sleep 3'], 'did not end within 300 ms'],
    ['never stops printing', ['yes', 'canary-out'], 'printed more than 65536 bytes'],
  ])('is not quoted where it %s', async (_what, command, observed) => {
    const failed: unknown = await runCommand(command, { timeoutMs: 300 }).catch((error) => error)
    expect(failed).toMatchObject({
      code: 'master_key_unreadable',
      message: `The command that gives the master key ${observed}.`,
    })
    expect(everythingShown(failed)).not.toContain('canary-')
  })
})

describe('--master-key', () => {
  test.each([
    'Zr2mX7vKq4tN9wB3cF6hJ1dLp8sYgT5uQ0aR_-WoEiI',
    'env:',
    'env:Zr2mX7vKq4tN9wB3cF6hJ1dLp8sYgT5uQ0aR_-WoEiI',
    'file:',
    'exec:',
    'kms: ',
    'vault:x',
    '',
  ])('is refused as %j, and not said back', (reference) => {
    expect(() => parseMasterKeySource(reference, {})).toThrow(
      expect.objectContaining({
        code: 'usage_invalid',
        message: '--master-key names no source of a master key.',
      }),
    )
  })

  test.each(['{}', '{"versions":[]}', '{"versions":["1"]}', 'no JSON'])(
    'is refused as a key management service that describes itself as %s',
    async (answer) => {
      const source = parseMasterKeySource(`kms:printf '%.0s${answer.replace('%', '%%')}'`, {})
      await expect(source.read()).rejects.toMatchObject({ code: 'master_key_unreadable' })
    },
  )
})
