/** @module A client that is made from the API's own description does every journey. */

import { startOrg } from '@postern/emulator'
import { type OpenAPIClient, OpenAPIClientAxios } from 'openapi-client-axios'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { everythingRule } from './everything-rule.ts'
import { serveApp } from './served-app.ts'

describe.each(stores)('a client made from the description, on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test('connects, looks, gets a token, changes, rotates, gives access, reads the audit log and removes', async () => {
    const org = await startOrg()
    onTestFinished(org.close)
    const seal = await openTestSeal(opened.store)
    const { url, keys } = await serveApp({
      store: opened.store,
      services: { seal },
      keys: { all: [everythingRule] },
    })
    const client = await clientOf(url, keys.all)
    const named = { name: 'journey' }

    const connected = await client['connect']?.(
      {},
      {
        name: 'journey',
        orgUrl: org.url,
        clientId: org.app.clientId,
        key: JSON.stringify(org.app.key),
        scopes: [...org.app.scopes],
      },
    )
    expect(connected?.status).toBe(201)
    expect(connected?.data.connection).toMatchObject({ name: 'journey', orgUrl: org.url })

    const listed = await client['listConnections']?.()
    expect(listed?.data.connections).toHaveLength(1)
    const shown = await client['getConnection']?.(named)
    expect(shown?.data.clientId).toBe(org.app.clientId)
    const examined = await client['examineConnection']?.(named)
    expect(examined?.data.status).not.toBe('failed')

    const token = await client['getToken']?.(named, {})
    expect(token?.data).toMatchObject({ accessToken: expect.any(String), tokenType: 'Bearer' })
    const proof = await client['getProof']?.(named, {
      method: 'GET',
      url: `${org.url}/api/v1/users`,
    })
    expect(Object.keys(proof?.data.headers)).toContain('authorization')

    const updated = await client['updateConnection']?.(named, { description: 'changed' })
    expect(updated?.data.connection.description).toBe('changed')

    const rotatedKey = await client['rotateKey']?.(named, {
      adminToken: org.adminToken,
      graceSeconds: 0,
    })
    expect(rotatedKey?.status).toBe(200)
    expect((await client['getRotation']?.(named))?.status).toBe(200)
    expect((await client['getToken']?.(named, {}))?.status).toBe(200)
    await client['allowDomain']?.({}, { host: 'id.acme.example' })
    expect((await client['listDomains']?.())?.data.domains).toHaveLength(1)
    expect((await client['readMasterKey']?.())?.data.state.status).toBe('unlocked')

    const rules = [{ connections: ['journey'], verbs: ['token'] }]
    const added = await client['addAccessKey']?.({}, { name: 'robot', rules })
    const { id } = added?.data ?? {}
    const robot = await clientOf(url, added?.data.text)
    expect((await robot['getToken']?.(named, {}))?.status).toBe(200)
    await expect(robot['getConnection']?.(named)).rejects.toMatchObject({
      response: { status: 403, data: { code: 'access_denied' } },
    })
    const rotated = await client['rotateAccessKey']?.({ id }, { overlapSeconds: 0 })
    expect(rotated?.data.text).not.toBe(added?.data.text)
    expect((await client['getAccessKey']?.({ id }))?.data.name).toBe('robot')
    expect((await client['revokeAccessKey']?.({ id }))?.status).toBe(204)
    await expect(robot['getToken']?.(named, {})).rejects.toMatchObject({
      response: { status: 401 },
    })

    expect((await client['getStatus']?.())?.data.store).toBe(opened.store.kind)
    expect((await client['getMetrics']?.())?.data).toContain('postern_hand_outs_total')
    const inspected = await client['inspectKey']?.({}, { key: JSON.stringify(org.app.key) })
    expect(inspected?.data.kty).toBe('RSA')

    const audited = await client['listAudit']?.({ connection: 'journey', action: 'connection.' })
    const actions = audited?.data.rows.map(({ action }: { action: string }) => action)
    expect([...new Set(actions)]).toEqual([
      'connection.rotate',
      'connection.update',
      'connection.connect',
    ])
    expect((await client['verifyAudit']?.({}, {}))?.data.intact).toBe(true)

    expect((await client['removeConnection']?.(named))?.data.remains).toEqual(expect.any(String))
    await expect(client['getConnection']?.(named)).rejects.toMatchObject({
      response: { status: 404, data: { code: 'connection_not_found' } },
    })
  })
})

/** A client whose methods are the operations of the description. */
async function clientOf(url: string, key: string): Promise<OpenAPIClient> {
  const api = new OpenAPIClientAxios({
    definition: `${url}/openapi.json`,
    withServer: { url },
    axiosConfigDefaults: {
      adapter: 'http',
      proxy: false,
      headers: { authorization: `Bearer ${key}` },
    },
  })
  return api.init()
}
