import type { RunningOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConnectSessions } from '../../packages/postern/src/connections/connect-sessions.ts'
import { Connections } from '../../packages/postern/src/connections/connections.ts'
import { Domains } from '../../packages/postern/src/connections/domains.ts'
import { GuidedSetups } from '../../packages/postern/src/connections/guided-setups.ts'
import { createSelfSigned } from '../certificates.ts'
import { hostedTransport } from '../doctor/hosted-transport.ts'
import { TestClock } from '../test-clock.ts'
import { connected, enter, tryIt, valuesOf } from './entering.ts'
import { type ConnectPlace, invitePerson, openPlace } from './invited-person.ts'

const CUSTOM = 'login.acme.example'

let place: ConnectPlace

beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.kept.close())

describe('the Org URL of an org on the internet', () => {
  it('is what stands in the address bar of the Admin Console, without its -admin', async () => {
    const { page, desk, name } = await inviteToNamedOrg()
    const values = valuesOf(desk.org)
    await enter(page, { ...values, orgUrl: 'https://acme-admin.okta.com/admin/dashboard' })
    await page.getByText('Postern will connect to https://acme.okta.com').first().waitFor()
    await page.getByText('-admin was removed').first().waitFor()
    await tryIt(page)
    await connected(page)
    const { json } = await desk.app.send('GET', `/v1/connections/${name}`)
    expect(json).toMatchObject({ orgUrl: 'https://acme.okta.com', doctor: { status: 'ok' } })
  })

  it('may be a custom domain once the operator has allowed that', async () => {
    const { page, desk, name } = await inviteToNamedOrg()
    const values = { ...valuesOf(desk.org), orgUrl: `https://${CUSTOM}` }
    await enter(page, values)
    await page
      .locator('#field-orgUrl-message')
      .getByText('once whoever runs Postern allows it')
      .waitFor()
    await tryIt(page)
    await page.getByText('One value needs your attention.').waitFor()

    await desk.app.send('POST', '/v1/domains', { body: { host: CUSTOM } })
    await enter(page, { orgUrl: `${CUSTOM}/` })
    await page.getByLabel('Description').focus()
    await page.getByText(`Postern will connect to https://${CUSTOM}`).first().waitFor()
    await tryIt(page)
    await connected(page)
    const { json } = await desk.app.send('GET', `/v1/connections/${name}`)
    expect(json).toMatchObject({ orgUrl: `https://${CUSTOM}`, doctor: { status: 'ok' } })
  })
})

/** A person, and an org whose names all lead to the emulator. */
async function inviteToNamedOrg() {
  const { store } = place.kept
  const clock = new TestClock()
  const domains = new Domains({ store, clock })
  let org: RunningOrg | undefined
  const context = {
    ...{ store, seal: place.seal, clock, dev: true, publicUrl: undefined },
    openTransport: () => hostedTransport(org?.url ?? ''),
    customDomains: () => domains.hosts(),
    connectOrigins: [],
  }
  const connections = new Connections(context)
  const guidedSetups = new GuidedSetups({ ...context, connections })
  const connectSessions = new ConnectSessions({ ...context, connections, guidedSetups })
  const tls = createSelfSigned({ hosts: ['acme.okta.com', CUSTOM] })
  const person = await invitePerson(place, {
    desk: {
      org: { tls, faults: [`custom-domain=${CUSTOM}`] },
      services: { connections, connectSessions },
    },
  })
  org = person.desk.org
  org.org.url = 'https://acme.okta.com'
  return person
}
