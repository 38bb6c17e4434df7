/** @module What a configuration file holds, as one schema: for the reader, for editors and for the documentation. */

import { z } from 'zod'
import { accessRules } from '../access-rules.ts'
import { actionDeclaration } from '../action-declaration.ts'
import { connectionMembers } from '../connection-members.ts'
import { feedMembers } from '../feed-members.ts'
import { sinkMembers } from '../sink-members.ts'
import { standingApprovals } from '../standing-approval.ts'

const MAX_REFERENCE_CHARACTERS = 2_048
const MAX_ENTRIES = 10_000

const {
  name: _name,
  key: _key,
  passphrase: _passphrase,
  apiToken: _apiToken,
  headers: _headers,
  keyDraft: _keyDraft,
  ...settings
} = connectionMembers.shape

const reference = z
  .string()
  .max(MAX_REFERENCE_CHARACTERS)
  .regex(/^\s*(?:env|file|exec):./)
  .describe('Where the secret is: env:NAME, file:PATH or exec:COMMAND. Never the secret itself.')
  .meta({ id: 'Reference' })

/** A connection. */
export const connectionInFile = z
  .strictObject({
    ...settings,
    clientId: settings.clientId.describe("Client ID from the app's General tab, or a reference."),
    keyId: settings.keyId.describe('Key ID, where the key has none of its own; or a reference.'),
    headers: z
      .record(z.string().max(64), z.string().max(MAX_REFERENCE_CHARACTERS))
      .optional()
      .describe('Headers of the token request: references, which are sealed.'),
    secrets: z
      .strictObject({
        key: reference.describe('The private key: JWK or PEM.'),
        passphrase: reference.describe('Of an encrypted PEM.'),
        apiToken: reference.describe('An API token in the place of client id, key and scopes.'),
      })
      .partial()
      .optional(),
    preApproved: standingApprovals
      .optional()
      .describe('Changes that nobody else has to approve. Default: none.'),
  })
  .meta({ id: 'Connection' })

const instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()])

const accessKey = z
  .strictObject({
    rules: accessRules,
    expiresAt: z
      .string()
      .refine((text) => instant.safeParse(text).success, {
        error: 'It has to be a day such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z.',
      })
      .optional()
      .describe('The first day (UTC), or moment, at which it is good no longer.'),
    key: reference
      .optional()
      .describe('The access key itself. Without it one is made, and shown once when it is.'),
  })
  .meta({ id: 'AccessKey' })

const rulesByName = z.record(z.string().min(1).max(255), accessRules)

/** How people sign in to the console. */
export const signInInFile = z
  .strictObject({
    issuer: z
      .string()
      .max(MAX_REFERENCE_CHARACTERS)
      .describe('The issuer of an OpenID provider, such as https://acme.okta.com.'),
    clientId: z.string().min(1).max(200).describe('Of the web app that stands for this server.'),
    clientSecret: reference.optional().describe('The secret of that app.'),
    key: reference
      .optional()
      .describe('In its place, the private key that the app has: JWK or PEM, for private_key_jwt.'),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
      .max(50)
      .optional()
      .describe('What is asked for; default openid, profile, email, groups.'),
    groupsClaim: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe("The claim that has the names of a person's groups; default groups."),
    name: z.string().min(1).max(60).optional().describe('What the button says: Sign in with NAME.'),
    groups: rulesByName
      .optional()
      .describe('What the members of a group may do, by the name of the group.'),
    people: rulesByName
      .optional()
      .describe('What single people may do, by their subject, or by a verified e-mail address.'),
  })
  .meta({ id: 'SignIn' })

/** A sink. What its kind takes is judged by the kind. */
export const sinkInFile = z
  .strictObject({
    kind: sinkMembers.shape.kind,
    settings: sinkMembers.shape.settings,
    secrets: z
      .record(z.string().max(64), reference)
      .optional()
      .describe('By name, as the kind lists them.'),
  })
  .meta({ id: 'Sink' })

const { name: _feedName, ...feedParts } = feedMembers.shape

/** A feed. */
export const feedInFile = z.strictObject(feedParts).meta({ id: 'Feed' })

/** A configuration file. */
export const configFile = z
  .strictObject({
    domains: z
      .array(z.string().max(512))
      .max(MAX_ENTRIES)
      .optional()
      .describe('Custom domains of orgs that are allowed, such as login.acme.com.'),
    connections: z
      .record(z.string().max(512), connectionInFile)
      .optional()
      .describe('Connections by name: lower-case letters, digits and hyphens.'),
    sinks: z
      .record(z.string().max(512), sinkInFile)
      .optional()
      .describe('Sinks by name: where feeds write to.'),
    feeds: z
      .record(z.string().max(512), feedInFile)
      .optional()
      .describe('Feeds by name: what is read over a connection, when, and where it goes.'),
    actions: z
      .record(z.string().max(100), actionDeclaration)
      .optional()
      .describe('Actions by name, concept.verb: one request of a template each.'),
    accessKeys: z
      .record(z.string().min(1).max(100), accessKey)
      .optional()
      .describe('Access keys by name.'),
    signIn: signInInFile
      .optional()
      .describe('How people sign in to the console, and what each may do there.'),
  })
  .describe('postern.yaml: what a Postern keeps. The file wins for what it names.')

/** A configuration file as its schema reads it. */
export type ConfigFileMembers = z.output<typeof configFile>

/** A connection as its schema reads it. */
export type ConnectionInFile = z.output<typeof connectionInFile>

/** The sign-in as its schema reads it. */
export type SignInInFile = z.output<typeof signInInFile>

/** A feed as its schema reads it. */
export type FeedInFile = z.output<typeof feedInFile>

/** The JSON Schema of a configuration file, for editors. */
export function configSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(configFile, { io: 'input' })
  return { $schema, title: 'postern.yaml', ...schema }
}
