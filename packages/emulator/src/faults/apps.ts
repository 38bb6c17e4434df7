/** @module Faults of a service app's own settings. */

import { randomText } from '../ids.ts'
import type { Fault } from './fault.ts'
import { appFault, oauthFault, putApp } from './service-app-fault.ts'

/** Faults of an app's settings. */
export const appFaults: readonly Fault[] = [
  appFault(
    {
      name: 'app-inactive',
      summary: 'The app was deactivated.',
      answers:
        '401 invalid_client: Client authentication failed. Either the client or the client credentials are invalid.',
    },
    (app, { org }) => {
      putApp(org, { ...app, status: 'INACTIVE' })
      return () => {
        const now = org.apps.get(app.id)
        if (now !== undefined) putApp(org, { ...now, status: app.status })
      }
    },
  ),
  appFault(
    {
      name: 'app-deleted',
      summary: 'The app was deleted, or the client id is that of another org.',
      answers:
        "401 invalid_client: The issuer claim for client_assertion is not a valid client_id. With client_id in the form: Invalid value for 'client_id' parameter.",
    },
    (app, { org }) => {
      org.apps.remove(app.id)
      org.record({ what: 'app', op: 'deleted', id: app.id })
      return () => {
        org.apps.put(app)
        org.record({ what: 'app', op: 'created', id: app.id })
      }
    },
  ),
  oauthFault(
    {
      name: 'app-not-service',
      summary: 'The app was made as a Web Application, not as API Services.',
      answers:
        "401 invalid_client: Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
    },
    () => ({ applicationType: 'web', grantTypes: ['authorization_code', 'client_credentials'] }),
  ),
  oauthFault(
    {
      name: 'client-secret-method',
      summary: 'Client authentication is a client secret, not Public key / Private key.',
      answers:
        '401 invalid_client: Client authentication failed. Either the client or the client credentials are invalid. With the secret: Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
    },
    (_app, { org }) => ({
      authMethod: 'client_secret_basic',
      secrets: [
        {
          id: org.ids.next('clientSecret'),
          status: 'ACTIVE',
          value: randomText(64),
          createdMs: org.time.secondMs(),
          lastUpdatedMs: org.time.secondMs(),
        },
      ],
    }),
  ),
  oauthFault(
    {
      name: 'grant-type-missing',
      summary: 'The app does not have the grant type Client Credentials.',
      answers:
        '400 unauthorized_client: The client is not authorized to use the provided grant type.',
    },
    () => ({ grantTypes: ['authorization_code'] }),
  ),
  oauthFault(
    {
      name: 'dpop-required',
      summary:
        'Require Demonstrating Proof of Possession (DPoP) is on, as it is by default in the Admin Console.',
      answers:
        '400 invalid_dpop_proof: The DPoP proof JWT header is missing. With a proof: 400 use_dpop_nonce first, then a DPoP token',
    },
    () => ({ dpopRequired: true }),
  ),
  oauthFault(
    {
      name: 'network-zone-excludes-client',
      summary: 'The app allows requests from a network zone only, and the client is not in it.',
      answers:
        "403 access_denied: The request is made from outside the client's permitted network zones.",
    },
    () => ({ networkAllowed: false }),
  ),
]
