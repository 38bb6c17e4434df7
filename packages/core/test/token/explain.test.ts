import { execFileSync } from 'node:child_process'
import { explainTokenRequest } from '@postern/core'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { tokenAnswer } from '../../../../test/scripted-server.ts'
import { tokenScenario } from '../../../../test/token-source.ts'

describe('explainTokenRequest', () => {
  test('shows header, claims and the curl for it, with the signature cut (mission 1.8)', async () => {
    const { source, server } = await tokenScenario(() => tokenAnswer())
    const explained = await explainTokenRequest(source)
    expect(server.requests.length).toBe(0)
    expect(explained).toMatchObject({
      method: 'POST',
      url: `${server.orgUrl}/oauth2/v1/token`,
      assertion: { header: { alg: 'ES256', kid: 'test-kid' }, claims: { aud: explained.url } },
    })
    expect(explained.form['client_assertion']).toMatch(/^[\w-]+\.[\w-]+\.<signature removed>$/)
    expect(explained.proof).toBeUndefined()
  })

  test('shows the proof of an app that requires DPoP, its signature cut as well', async () => {
    const { source } = await tokenScenario(() => tokenAnswer(), { dpopRequired: true })
    const { proof, headers } = await explainTokenRequest(source)
    expect(proof?.claims).toMatchObject({ htm: 'POST' })
    expect(decodeJwt(headers['dpop'] ?? '')).toEqual(proof?.claims)
    expect(headers['dpop']).toMatch(/\.<signature removed>$/)
  })

  test('a shell reads the curl as it is meant, whatever the values hold', async () => {
    const { source } = await tokenScenario(() => tokenAnswer(), {
      headers: { 'x-tricky': `it's $(id) \`id\` "x"` },
    })
    const { curl, url } = await explainTokenRequest(source)
    const shown = curl.replace(/^curl/, 'printf "%s\\n"')
    const words = execFileSync('/bin/sh', ['-c', shown], { encoding: 'utf8' }).split('\n')
    expect(words[0]).toBe(url)
    expect(words).toContain(`x-tricky: it's $(id) \`id\` "x"`)
    expect(words).toContain('scope=okta.users.read')
  })
})
