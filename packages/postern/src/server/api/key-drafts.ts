/** @module Routes for key drafts: pairs that are made here, whose public half is registered at Okta before there is a connection. */

import { z } from '@hono/zod-openapi'
import { publicJwks, validateKid } from '@postern/core'
import { parseJwtAlg } from '../../config/jwt-alg.ts'
import type { KeyDraft } from '../../connections/key-drafts.ts'
import type { Api } from '../api.ts'
import { publicJwk } from './public-jwk.ts'

const draft = z
  .object({
    id: z.string().describe('For keyDraft of a new connection.'),
    publicJwk: publicJwk.describe('To paste in General > Client Credentials > Add key.'),
    jwks: z.string().describe('The same as a key set.'),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().describe('Then it is gone, unless a connection was made with it.'),
  })
  .openapi('KeyDraft')

const access = { verb: 'admin' } as const
const tag = 'keys'

/** Adds the routes. */
export function addKeyDraftRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/keys',
      operationId: 'addKeyDraft',
      tag,
      summary: 'Makes a key pair. The private half is sealed here and never comes out.',
      access,
      body: z.strictObject({
        alg: z.string().max(40).optional().describe('RS256 (default) to ES512.'),
        bits: z.literal([2048, 3072, 4096]).optional().describe('Of an RSA key; default 2048.'),
        kid: z.string().max(255).optional().describe('Default: a new one.'),
      }),
      bodyOptional: true,
      status: 201,
      answer: draft,
      refusals: ['key_draft_too_many', 'alg_unsupported', 'kid_malformed', 'seal_locked'],
    },
    async ({ services, by, body: { alg, bits, kid } }) => {
      const options = {
        ...(alg === undefined ? {} : { alg: parseJwtAlg(alg) }),
        ...(bits === undefined ? {} : { bits }),
        ...(kid === undefined ? {} : { kid: validateKid(kid) }),
      }
      return shown(await services.keyDrafts.add(options, by))
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/keys',
      operationId: 'listKeyDrafts',
      tag,
      summary: 'Lists the key drafts that no connection uses yet.',
      access,
      answer: z.object({ keys: z.array(draft) }),
    },
    async ({ services }) => ({ keys: (await services.keyDrafts.list()).map(shown) }),
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/keys/{id}',
      operationId: 'removeKeyDraft',
      tag,
      summary: 'Deletes a key draft with its private half.',
      access,
      params: z.object({ id: z.string() }),
      refusals: ['key_draft_not_found'],
    },
    ({ services, by, params: { id } }) => services.keyDrafts.remove(id, by),
  )
}

function shown({ id, publicJwk: jwk, createdAt, expiresAt }: KeyDraft) {
  return {
    id,
    publicJwk: jwk,
    jwks: JSON.stringify(publicJwks([{ publicJwk: jwk }]), null, 2),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}
