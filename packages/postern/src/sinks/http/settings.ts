/** @module What can be set of an HTTP sink. */

import { z } from 'zod'
import { spelled } from '../../config/spelled.ts'
import { outboundUrlSetting } from '../outbound-url-setting.ts'

/** The names of the formats, in the order they are offered. */
export const httpFormatNames = ['webhook', 'splunk-hec', 'elasticsearch'] as const

/** The name of a format. */
export type HttpFormatName = (typeof httpFormatNames)[number]

// RFC 9110, section 5.6.2: a token.
const headerName = spelled(
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/,
  'Write the name of a header: letters, digits and hyphens; 100 at most.',
)
const headerValue = spelled(/^[\x20-\x7e]{0,1000}$/, 'Write one line of ASCII; 1,000 at most.')

// What a request is made of is made here.
const OWN_HEADERS =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|keep-alive|expect|webhook-.*|idempotency-key|accept-encoding|proxy-(?!authorization$).*)$/i

// Settings are kept and shown as they are.
const SECRET_HEADERS =
  /^(?:(?:proxy-)?authorization|cookie|(?:.*[-_])?(?:api[-_]?key|access[-_]?key|token|secret|password))$/i

// An index pattern could name many; these are the characters that Elasticsearch allows and a path needs no escape for.
const indexName = spelled(
  /^[a-z0-9][a-z0-9._-]{0,199}$/,
  'Write lower-case letters, digits, dots, hyphens and _; 200 at most.',
)

const ownHeader = {
  message: 'Postern sets the header of this name itself.',
  params: { remedy: 'Leave it out.' },
} as const

const secretHeader = {
  message: 'A header of this name proves who Postern is, and settings are shown as they are.',
  params: {
    remedy:
      'Put its value into the secret token, and its name, if not Authorization, into tokenHeader.',
  },
} as const

/** Why a header cannot be one of the settings; undefined where it can. */
function refusalOf(name: string) {
  if (SECRET_HEADERS.test(name)) return secretHeader
  return OWN_HEADERS.test(name) ? ownHeader : undefined
}

/** What can be set of an HTTP sink. */
export const httpSettings = z.strictObject({
  url: outboundUrlSetting.describe(
    'Where requests go. Splunk and Elasticsearch: the server, without a path.',
  ),
  format: z.enum(httpFormatNames).default('webhook').describe('How the receiver wants records.'),
  maxRecords: z.int().min(1).max(10_000).default(1_000).describe('Records in a request at most.'),
  maxBytes: z
    .int()
    .min(1_000)
    .max(100_000_000)
    .optional()
    .describe('Bytes of a request at most; default: what suits the format.'),
  timeoutMs: z.int().min(100).max(300_000).default(30_000).describe('How long an answer may take.'),
  headers: z
    .record(headerName, headerValue)
    .superRefine((headers, context) => {
      for (const name of Object.keys(headers)) {
        const refused = refusalOf(name)
        if (refused !== undefined) context.addIssue({ code: 'custom', path: [name], ...refused })
      }
    })
    .default({})
    .describe(
      'Headers that are sent beside our own. Nothing secret: they are kept and shown as they are.',
    ),
  tokenHeader: headerName
    // Zod changes what it is given here.
    .refine((name) => !OWN_HEADERS.test(name), { ...ownHeader })
    .optional()
    .describe('The header that the token is sent in, alone; default: Authorization.'),
  username: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Basic authentication, with the secret `password`.'),
  index: indexName
    .optional()
    .describe('Elasticsearch: the index or data stream, required. Splunk: the index.'),
  pipeline: indexName.optional().describe('Elasticsearch: the ingest pipeline.'),
  sourcetype: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Splunk: default okta:INPUT, such as okta:system-log.'),
})

/** The settings of an HTTP sink. */
export type HttpSettings = z.output<typeof httpSettings>
