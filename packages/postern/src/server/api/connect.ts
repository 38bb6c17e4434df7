/** @module Routes for the Connect page: a link is exchanged for a token, and with that one connection is tried out and kept. */

import { z } from '@hono/zod-openapi'
import { connectTryMembers } from '../../config/connect-fields.ts'
import { setupMembers } from '../../config/setup-members.ts'
import type { SessionAttempt } from '../../connections/connect-attempt.ts'
import { maxFailures, pageViewOf } from '../../connections/connect-session-view.ts'
import { viewOf } from '../../connections/view.ts'
import type { Api } from '../api.ts'
import type { Services } from '../services.ts'
import { connectSession } from './connect-session.ts'
import { connection, connectionWarning, maxConnectionBytes } from './connections.ts'
import { finding } from './finding.ts'
import { guideStep, shownGuide, stepOutcome } from './guide.ts'

const pageSession = connectSession
  .extend({
    jwksUrl: z
      .string()
      .nullable()
      .describe('Where this server publishes the key set of the name, if it is reached.'),
    draft: z
      .looseObject({
        hasKey: z.boolean(),
        hasApiToken: z.boolean(),
        headerNames: z.array(z.string()).readonly().optional(),
      })
      .nullable()
      .describe('What the last try was made of: members, and which secrets there are.'),
  })
  .openapi('ConnectPageSession')

const attemptAnswer = z
  .object({
    status: z
      .enum(['ok', 'warning', 'failed'])
      .describe('`warning`: it can be used, and something is wrong; `failed`: it cannot.'),
    kept: z.boolean(),
    findings: z.array(finding).readonly(),
    warnings: z.array(connectionWarning).readonly(),
    triesLeft: z.int(),
    connection: connection.nullable(),
    session: pageSession,
  })
  .openapi('ConnectAttempt')

const keep = z.boolean().optional().describe('Keeps it with problems too, if it can be used.')

const access = 'connect-session'
const tag = 'connect'
const attemptRefusals = ['connect_session_busy', 'connection_exists', 'seal_locked']
const guideRefusals = ['connect_field_not_allowed', 'connect_guide_taken', 'connection_exists']

/** Adds the routes. */
export function addConnectRoutes(api: Api): void {
  addOpening(api)
  addTrying(api)
  addGuiding(api)
}

function addOpening(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connect/open',
      operationId: 'openConnectSession',
      tag,
      summary: 'Exchanges the link of a Connect session for its token. A link is spent by that.',
      access: 'public',
      body: z.strictObject({
        link: z.string().max(200).describe('What stands behind # in the link.'),
      }),
      answer: z.object({
        token: z.string().describe('Of this session alone, until it ends.'),
        session: pageSession,
      }),
      refusals: ['connect_link_invalid', 'connect_link_used', 'connect_session_ended'],
    },
    async ({ services, by, body: { link } }) => {
      const { row, token } = await services.connectSessions.open(link, by.requestId)
      return { token: token.reveal(), session: pageViewOf(row, services.publicUrl) }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/connect/session',
      operationId: 'getOpenConnectSession',
      tag,
      summary: 'Shows the Connect session of the token.',
      access,
      answer: pageSession,
    },
    ({ services, caller }) => pageViewOf(caller.session, services.publicUrl),
  )
}

function addTrying(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connect/org',
      operationId: 'lookAtConnectOrg',
      tag,
      summary: 'Looks whether there is an Okta org, and which scopes it offers.',
      access,
      concurrent: 4,
      body: z.strictObject({ orgUrl: z.string().max(2_048) }),
      answer: z.object({
        orgUrl: z.string().describe('As Okta writes it.'),
        warnings: z.array(z.object({ code: z.string(), message: z.string() })).readonly(),
        isOrg: z.boolean(),
        offeredScopes: z.array(z.string()).readonly(),
      }),
      refusals: ['connect_field_not_allowed', 'org_url_not_okta_domain'],
    },
    ({ services, caller, body: { orgUrl }, signal }) =>
      services.connectSessions.org(orgUrl, { id: caller.session.id, signal }),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/connect/try',
      operationId: 'tryConnection',
      tag,
      summary: 'Tries a connection out, and keeps it if all is well.',
      access,
      body: connectTryMembers.extend({ keep }),
      maxBodyBytes: maxConnectionBytes,
      answer: attemptAnswer,
      event: finding,
      refusals: [...attemptRefusals, 'connect_field_not_allowed', 'connection_invalid'],
    },
    async ({ services, caller, by, body: { keep: isWanted, ...members }, tell, signal }) => {
      const deed = { id: caller.session.id, by, signal, keep: isWanted }
      const made = await services.connectSessions.try(members, deed, { onFinding: tell })
      return shownAttempt(made, services)
    },
  )
}

function addGuiding(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connect/guide',
      operationId: 'guideConnection',
      tag,
      summary: 'Makes a key, and gives the steps of a person who makes the app for it.',
      access,
      body: z.strictObject({
        ...setupMembers.pick({ orgUrl: true, bundle: true, scopes: true, keys: true }).shape,
      }),
      answer: z.object({
        orgUrl: z.string(),
        clientId: z.string().nullable().describe('As far as it was told.'),
        steps: z.array(guideStep).readonly(),
      }),
      refusals: [
        ...guideRefusals,
        'connect_session_busy',
        'org_url_not_okta_domain',
        'setup_busy',
        'usage_invalid',
        'seal_locked',
      ],
    },
    async ({ services, caller, by, body, signal }) => {
      const deed = { id: caller.session.id, by, signal }
      const guide = await services.connectSessions.guide(body, deed)
      return { orgUrl: guide.state.plan.org, ...shownGuide(guide) }
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/connect/guide/check',
      operationId: 'checkConnectionStep',
      tag,
      summary: 'Looks whether a step is done, and keeps that it is.',
      access,
      body: z.strictObject({
        step: z.string().max(60),
        clientId: z.string().max(200).optional().describe('Where the step asks for it.'),
        skip: z.boolean().optional().describe('Takes your word for it.'),
      }),
      answer: stepOutcome,
      refusals: [
        ...guideRefusals,
        'setup_not_found',
        'setup_busy',
        'setup_step_unknown',
        'client_id_invalid',
      ],
    },
    ({ services, caller, by, body, signal }) =>
      services.connectSessions.checkStep(body, { id: caller.session.id, by, signal }),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/connect/guide/finish',
      operationId: 'finishConnectionGuide',
      tag,
      summary: 'Tries the app out that a person made, and keeps the connection if all is well.',
      access,
      body: z.strictObject({ keep }),
      bodyOptional: true,
      answer: attemptAnswer,
      event: finding,
      refusals: [
        ...attemptRefusals,
        'connect_guide_taken',
        'setup_not_found',
        'setup_busy',
        'client_id_empty',
      ],
    },
    async ({ services, caller, by, body, tell, signal }) => {
      const deed = { id: caller.session.id, by, signal, keep: body.keep }
      const made = await services.connectSessions.finishGuide(deed, { onFinding: tell })
      return shownAttempt(made, services)
    },
  )
}

function shownAttempt(
  { verdict, findings, warnings, row, session }: SessionAttempt,
  { clock, publicUrl }: Services,
): z.input<typeof attemptAnswer> {
  return {
    status: verdict,
    kept: row !== undefined,
    findings,
    warnings,
    triesLeft: Math.max(0, maxFailures - session.failures),
    connection: row === undefined ? null : viewOf(row, clock.now()),
    session: pageViewOf(session, publicUrl),
  }
}
