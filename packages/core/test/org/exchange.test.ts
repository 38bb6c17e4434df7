import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { orgScenario } from '../../../../test/scripted-org.ts'

describe('Org.exchange', () => {
  test('gives a refusal as it came, without another attempt', async () => {
    const body = { errorCode: 'E0000007', errorSummary: 'Not found: Resource not found: x (User)' }
    const { org, server } = await orgScenario(() => ({ status: 404, body }))
    const answer = await org.exchange({ path: '/api/v1/users/x' })
    expect(answer).toMatchObject({ status: 404, attempts: 1 })
    expect(Buffer.from(answer.body).toString()).toBe(JSON.stringify(body))
    expect(server.requests).toHaveLength(1)
  })

  test.each([429, 503])('gives a %s to the caller, who may wait and ask again', async (status) => {
    const { org, server } = await orgScenario(() => ({ status, body: {} }))
    expect((await org.exchange({ path: '/api/v1/users' })).status).toBe(status)
    expect(server.requests).toHaveLength(1)
  })

  test('throws where no answer came', async () => {
    const { org, server } = await orgScenario(() => ({ cut: 'before' }))
    await expect(org.exchange({ path: '/api/v1/users' })).rejects.toMatchObject({
      code: 'upstream_connection_lost',
    })
    expect(server.requests).toHaveLength(1)
  })

  test('authorises anew where that cures the refusal', async () => {
    const { app, running } = await emulatedOrg({ keyType: 'EC' })
    await app.exchange({ path: '/api/v1/users' })
    running.faults.on('tokens-revoked')
    const answer = await app.exchange({ path: '/api/v1/users' })
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
  })
})
