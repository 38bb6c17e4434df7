import { startOrg } from '@postern/emulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { testKeyLine, testKeySource } from '../../../../test/test-seal.ts'
import { openSeal } from '../../src/store/seal.ts'
import { by, codeOf, openConnections, valuesOfApp } from './kept.ts'

describe.each(stores)('a locked store on $name', ({ open }) => {
  test('opens and keeps no connection, shows what it has, and goes on once it is unlocked', async () => {
    const org = await startOrg({ keyType: 'EC' })
    onTestFinished(org.close)
    const kept = await open()
    onTestFinished(() => kept.close())
    const right = testKeyLine()
    const env = { K: right }
    const first = await openConnections(kept, {
      seal: await openSeal(kept.store, { source: testKeySource(env) }),
    })
    await first.connect({ name: 'acme', values: valuesOfApp(org) }, by)

    env.K = testKeyLine()
    const seal = await openSeal(kept.store, { source: testKeySource(env) })
    expect(seal.state.status).toBe('locked')
    const connections = await openConnections(kept, { seal })
    expect(await codeOf(connections.open('acme'))).toBe('seal_locked')
    const other = { name: 'other', values: valuesOfApp(org) }
    expect(await codeOf(connections.connect(other, by))).toBe('seal_locked')
    expect((await connections.list()).map(({ name }) => name)).toEqual(['acme'])
    // What needs no secret can be changed all the same.
    await connections.update('acme', { members: { description: 'locked' } }, by)

    env.K = right
    await seal.keys.read()
    const { org: client, row } = await connections.open('acme')
    expect(row.description).toBe('locked')
    expect((await client.request({ path: '/api/v1/groups' })).status).toBe(200)
  })
})
