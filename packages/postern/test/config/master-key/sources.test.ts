import { randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { everythingShown } from '../../../../../test/canary.ts'
import { wrapperOf } from '../../../src/store/key-wrapper.ts'
import { sourceKinds } from './sources.ts'

const [first, second] = [newKey(), newKey()]
const context = { table: 'secret', connection: 'c1' }

describe.each(sourceKinds)('the source $name keeps the promise of a master key source', (kind) => {
  function open() {
    const opened = kind.open()
    onTestFinished(opened.close)
    return opened
  }

  test('gives the versions that are there at the time', async () => {
    const { source, put } = open()
    put({ 1: first })
    expect((await source.read()).map(({ version }) => version)).toEqual([1])
    put({ 1: first, 2: second })
    expect((await source.read()).map(({ version }) => version)).toEqual([1, 2])
  })

  test('says so where there is none, or where it cannot be asked', async () => {
    const { source, put, clear } = open()
    put({ 1: first })
    clear()
    const codes = {
      ...{ env: 'missing', file: 'missing', credential: 'missing' },
      ...{ exec: 'unreadable', kms: 'unreadable' },
    }
    await expect(source.read()).rejects.toMatchObject({ code: `master_key_${codes[kind.name]}` })
  })

  test('wraps what only the same version and context unwrap', async () => {
    const { source, put } = open()
    put({ 1: first, 2: second })
    const [one, two] = (await source.read()).map(wrapperOf)
    const dataKey = randomBytes(32)
    const wrapped = (await one?.wrap(dataKey, context)) ?? Buffer.of()
    expect(Buffer.from(wrapped).includes(dataKey)).toBe(false)
    expect(Buffer.from((await one?.unwrap(wrapped, context)) ?? [])).toEqual(dataKey)
    await expect(two?.unwrap(wrapped, context)).rejects.toThrow()
    await expect(one?.unwrap(wrapped, { ...context, connection: 'c2' })).rejects.toThrow()
    await expect(one?.unwrap(wrapped.subarray(1), context)).rejects.toThrow()
  })

  test('shows no key: in itself, in what it gives, or in a refusal', async () => {
    const { source, put, clear } = open()
    put({ 1: first })
    const shown = [source, await source.read()]
    clear()
    shown.push(await source.read().catch((error: unknown) => error as never))
    const seen = shown.map(everythingShown).join('')
    const bytes = Buffer.from(first, 'base64url')
    for (const form of [first, bytes.toString('hex'), bytes.toString('base64'), bytes.join(', ')]) {
      expect(seen).not.toContain(form.slice(0, 20))
    }
  })
})

function newKey(): string {
  return randomBytes(32).toString('base64url')
}
