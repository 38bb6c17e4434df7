/**
 * @module What the five documents of mission.test.ts say goes wrong with a connection, each with what the Connect page says to it, and with what
 * a person then does who reads that.
 */

import {
  activateKey,
  addKey,
  assignRoles,
  changeApp,
  createApp,
  findApp,
  grantScopes,
  listKeys,
  type Org,
  type PublicJwk,
  type ServiceApp,
} from '@postern/core'
import type { RunningOrg, StartOptions } from '@postern/emulator'
import type { EnteredValues } from './entering.ts'

/** Whoever reads a remedy: at the emulated org, and at the form. */
export interface Mender {
  readonly org: RunningOrg
  /** Signs in as the first Super Admin of the org. */
  readonly admin: Org
  /** The ready app; absent where the admin does not see it. */
  readonly app: ServiceApp | undefined
  /** The public half of the key of the ready app. */
  readonly publicJwk: PublicJwk
}

/** One thing that is wrong. */
export interface Misconfiguration {
  /** The row of the documents, as mission.test.ts numbers them. */
  readonly row: string
  readonly what: string
  readonly org?: StartOptions
  /** What is entered in the place of the right values. */
  readonly entered?: Partial<EnteredValues>
  /** How the page begins. Default: it does not work yet. */
  readonly heading?: 'The connection works, but not everything is well'
  /** What was found, as the page says it. */
  readonly found: RegExp
  /** The remedy of it: the screen and the deed. */
  readonly remedy: RegExp
  /** Does what the remedy says. What it gives has to be entered in the place of what was; nothing, where it is enough to check again. */
  mend(mender: Mender): Promise<Partial<EnteredValues> | undefined>
}

const READ_ONLY = { type: 'READ_ONLY_ADMIN' } as const
const NOBODYS_ID = '0oaNobodysApp1234567'
const DEAD_TOKEN = `00${'DeadToken0'.repeat(4)}`

/** Everything, in the order of the documents. */
export const misconfigurations: readonly Misconfiguration[] = [
  {
    row: '0.3',
    what: 'an app of another sign-in method',
    org: { faults: ['app-not-service'] },
    found: /application_type/,
    remedy: /new app integration with sign-in method API Services/,
    mend: async ({ admin, publicJwk, org }) => {
      const newApp = { label: 'API Services', publicJwk, dpopRequired: true }
      const { appId, clientId } = await createApp(admin, newApp, '0oamadeanew123456789')
      await grantScopes(admin, appId, org.app.scopes)
      await assignRoles(admin, clientId, [READ_ONLY])
      return { clientId }
    },
  },
  {
    row: '0.4',
    what: 'the Client ID of no app of this org',
    entered: { clientId: NOBODYS_ID },
    found: /not a valid client_id/,
    remedy: /Copy the Client ID from the app's General tab/,
    mend: async ({ org }) => ({ clientId: org.app.clientId }),
  },
  {
    row: '0.5',
    what: 'a client secret instead of a key',
    org: { faults: ['client-secret-method'] },
    found: /its Client authentication is a client secret/,
    remedy: /General tab Public key \/ Private key/,
    mend: async ({ admin, app }) => {
      await changeApp(admin, required(app), { authMethod: 'private_key_jwt' })
      return undefined
    },
  },
  {
    row: '0.13',
    what: 'no scope granted',
    org: { faults: ['no-scope-granted'] },
    found: /Of 4 scopes none is granted to the app/,
    remedy: /Okta API Scopes tab/,
    mend: async ({ admin, app, org }) => {
      await grantScopes(admin, required(app).appId, org.app.scopes)
      return undefined
    },
  },
  {
    row: '0.13',
    what: 'one scope not granted',
    org: { faults: ['scope-not-granted=okta.groups.read'] },
    heading: 'The connection works, but not everything is well',
    found: /okta\.groups\.read/,
    remedy: /Okta API Scopes tab/,
    mend: async ({ admin, app }) => {
      await grantScopes(admin, required(app).appId, ['okta.groups.read'])
      return undefined
    },
  },
  {
    row: '0.15',
    what: 'no admin role, so that every list is empty',
    org: { faults: ['admin-role-missing'] },
    found: /no admin role/,
    remedy: /Read-Only Administrator: the app's Admin roles tab/,
    mend: assignReadOnly,
  },
  {
    row: '1.4',
    what: 'no public key at the app',
    org: { faults: ['key-not-registered'] },
    found: /does not have a JWKSet configured/,
    remedy: /PUBLIC KEYS > Add key, then Done and Save/,
    mend: addPublicKey,
  },
  {
    row: '2.6',
    what: 'the KID of no key',
    org: { faults: ['kid-unknown'] },
    found: /no key of the app has it/,
    remedy: /Compare the kid with .*PUBLIC KEYS.* add its public half with Add key/,
    mend: addPublicKey,
  },
  {
    row: '2.6',
    what: 'a KID that was mistyped beside a PEM',
    entered: { keyId: 'mistyped' },
    found: /no key of the app has it/,
    remedy: /use a KID that is listed there/,
    mend: async ({ org }) => ({ keyId: org.app.key.kid }),
  },
  {
    row: '2.6',
    what: 'a key that is not active',
    org: { faults: ['key-inactive'] },
    found: /or the key is not active/,
    remedy: /PUBLIC KEYS: use a KID that is listed there and Active/,
    mend: async ({ admin, app, org }) => {
      const { appId } = required(app)
      const keys = await listKeys(admin, appId)
      const ours = keys.find(({ kid }) => kid === org.app.key.kid)
      await activateKey(admin, appId, ours?.keyId ?? '')
      return undefined
    },
  },
  {
    row: '2.6',
    what: 'a key that was deleted',
    org: { faults: ['key-deleted'] },
    found: /or it was deleted/,
    remedy: /If this key is not listed, add its public half with Add key/,
    mend: addPublicKey,
  },
  {
    row: '2.6',
    what: 'another key under the KID',
    org: { faults: ['key-replaced'] },
    found: /The kid is that of another key pair/,
    remedy: /or add this one's with a KID of its own/,
    mend: async ({ admin, app, publicJwk }) => {
      await addKey(admin, required(app).appId, { ...publicJwk, kid: 'its-own' })
      return { keyId: 'its-own' }
    },
  },
  {
    row: '2.7',
    what: 'an admin role that is too small',
    org: { faults: ['admin-role-lowered'] },
    heading: 'The connection works, but not everything is well',
    found: /an admin role that does not reach everything/,
    remedy: /Read-Only Administrator.*Admin roles tab/,
    mend: assignReadOnly,
  },
  {
    row: '3.2',
    what: 'a dead API token',
    entered: { apiToken: DEAD_TOKEN },
    found: /Invalid token provided/,
    remedy: /Security > API > Tokens > Create token/,
    mend: async ({ org }) => ({ apiToken: org.adminToken }),
  },
  {
    row: '3.2',
    what: 'an API token of another network zone',
    org: { faults: ['api-token-network-zone'] },
    entered: { apiToken: 'good' },
    found: /network zone/,
    remedy: /network zone: Security > API > Tokens > the token/,
    // The zone of a token is changed in the Admin Console alone.
    mend: switchOff('api-token-network-zone'),
  },
  {
    row: '4.7',
    what: 'clocks that differ',
    org: { faults: ['clock-skew'] },
    heading: 'The connection works, but not everything is well',
    found: /The Postern server's clock is \d+ s behind the org's/,
    remedy: /Ask whoever runs Postern to set the clock of its server \(NTP\)/,
    mend: switchOff('clock-skew'),
  },
]

function required(app: ServiceApp | undefined): ServiceApp {
  if (app === undefined) throw new Error('The org does not have the app.')
  return app
}

async function addPublicKey({ admin, app, publicJwk }: Mender): Promise<undefined> {
  await addKey(admin, required(app).appId, publicJwk)
}

async function assignReadOnly({ admin, org }: Mender): Promise<undefined> {
  await assignRoles(admin, org.app.clientId, [READ_ONLY])
}

function switchOff(fault: string): Misconfiguration['mend'] {
  return async ({ org }) => {
    org.faults.off(fault)
    return undefined
  }
}

/** Whoever mends what is wrong with an org. */
export async function openMender(org: RunningOrg, admin: Org): Promise<Mender> {
  const { kty, crv, x, y, kid } = org.app.key
  const publicJwk = { kty, crv, x, y, kid } as PublicJwk
  return {
    org,
    admin,
    app: await findApp(admin, org.app.clientId).catch(() => undefined),
    publicJwk,
  }
}
