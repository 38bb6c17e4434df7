import { exportPem, generateKey, Secret } from '@postern/core'
import { describe, expect, it } from 'vitest'
import { checkKey } from '../../src/connect/check-key.ts'
import { changeDraft } from '../../src/connect/draft.ts'
import { membersOf } from '../../src/connect/members.ts'
import { draftOf, sessionOf, text } from './session.ts'

const session = sessionOf()

async function understoodKey() {
  const pem = exportPem(await generateKey({ alg: 'ES256' }))
  return { kind: 'key', key: await checkKey({ text: await pem }, { keyId: '' }) } as const
}

const BLANK_ROW = { name: ' ', value: '' }

describe('membersOf', () => {
  it('sends what was entered, the key as it was pasted, and nothing that was left blank', async () => {
    const draft = draftOf(session, [
      text('orgUrl', ' acme.okta.com '),
      text('clientId', '0oa1b2c3d4e5f6g7h8i9'),
      text('keyId', 'k1'),
      await understoodKey(),
      { kind: 'rows', member: 'jwtClaims', rows: [{ name: 'tier', value: '7' }, BLANK_ROW] },
      { kind: 'rows', member: 'headers', rows: [BLANK_ROW] },
      { kind: 'authorization-server', id: 'aus1' },
    ])
    expect(membersOf(draft, session)).toEqual({
      orgUrl: 'acme.okta.com',
      clientId: '0oa1b2c3d4e5f6g7h8i9',
      keyId: 'k1',
      key: expect.stringContaining('-----BEGIN PRIVATE KEY-----'),
      jwtClaims: { tier: 7 },
      tokenUrl: 'https://acme.okta.com/oauth2/aus1/v1/token',
    })
  })

  it('sends of an API token nothing that belongs to a service app', async () => {
    const draft = draftOf(session, [
      text('orgUrl', 'acme'),
      text('clientId', '0oa1b2c3d4e5f6g7h8i9'),
      await understoodKey(),
      { kind: 'method', method: 'api-token' },
      { kind: 'api-token', apiToken: new Secret('00test-token-of-forty-two-characters-and-so') },
    ])
    expect(membersOf(draft, session)).toEqual({
      orgUrl: 'acme',
      apiToken: '00test-token-of-forty-two-characters-and-so',
    })
  })

  it('takes back what an earlier try left, a choice by the name of its default', () => {
    const earlier = sessionOf({
      draft: {
        orgUrl: 'https://acme.okta.com',
        clientId: '0oa1b2c3d4e5f6g7h8i9',
        jwtIssuer: 'somebody',
        tokenUrl: 'https://acme.okta.com/oauth2/default/v1/token',
        dpop: 'always',
        hasKey: true,
        hasApiToken: false,
      },
    })
    const same = draftOf(earlier, [])
    expect(same.authorizationServerId).toBe('default')
    expect(same.key).toEqual({ at: 'kept' })
    const cleared = draftOf(earlier, [
      text('jwtIssuer', ''),
      text('dpop', ''),
      { kind: 'authorization-server', id: undefined },
    ])
    expect(membersOf(cleared, earlier)).toEqual({
      orgUrl: 'https://acme.okta.com',
      clientId: '0oa1b2c3d4e5f6g7h8i9',
      jwtIssuer: '',
      tokenUrl: '',
      dpop: 'auto',
    })
  })

  it('sends no member that the session does not let a person set', () => {
    const given = sessionOf({ given: { orgUrl: 'https://acme.okta.com' }, fields: ['clientId'] })
    expect(membersOf(draftOf(given, [text('clientId', 'abcdef')]), given)).toEqual({
      clientId: 'abcdef',
    })
  })
})

describe('changeDraft', () => {
  it('drops every secret once it is sent, and says so where the server did not keep it', async () => {
    const draft = draftOf(session, [
      await understoodKey(),
      { kind: 'api-token', apiToken: new Secret('00test-token-of-forty-two-characters-and-so') },
      { kind: 'sent' },
    ])
    expect(draft).toMatchObject({ key: { at: 'cleared' }, apiToken: 'cleared' })
    const kept = sessionOf({ draft: { hasKey: true, hasApiToken: false } })
    const known = { kind: 'session', session: kept } as const
    expect(changeDraft(draft, known).key).toEqual({ at: 'kept' })
    // A key of an earlier try is not the one that was refused now.
    const problems = [{ member: 'orgUrl', code: 'org_url_port', message: 'No.', remedy: 'Other.' }]
    const refused = changeDraft(draft, { kind: 'refused', problems })
    expect(changeDraft(refused, known).key).toEqual({ at: 'cleared' })
  })
})
