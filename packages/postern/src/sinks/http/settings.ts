/** @module What can be set of an HTTP sink. */

import { z } from 'zod'

/** The names of the formats, in the order they are offered. */
export const httpFormatNames = ['webhook', 'splunk-hec', 'elasticsearch'] as const

/** The name of a format. */
export type HttpFormatName = (typeof httpFormatNames)[number]

// RFC 9110, section 5.6.2: a token.
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
const HEADER_VALUE = /^[\x20-\x7e]{0,1000}$/

// An index pattern could name many; these are the characters that Elasticsearch allows and a path needs no escape for.
const INDEX = /^[a-z0-9][a-z0-9._-]{0,199}$/

/** What can be set of an HTTP sink. */
export const httpSettings = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(2_000)
    .describe('Where requests go. Splunk and Elasticsearch: the server, without a path.'),
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
    .record(z.string().regex(HEADER_NAME), z.string().regex(HEADER_VALUE))
    .default({})
    .describe(
      'Headers that are sent beside our own. Nothing secret: they are kept and shown as they are.',
    ),
  tokenHeader: z
    .string()
    .regex(HEADER_NAME)
    .optional()
    .describe('The header that the token is sent in, alone; default: Authorization.'),
  username: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Basic authentication, with the secret `password`.'),
  index: z
    .string()
    .regex(INDEX)
    .optional()
    .describe('Elasticsearch: the index or data stream, required. Splunk: the index.'),
  pipeline: z.string().regex(INDEX).optional().describe('Elasticsearch: the ingest pipeline.'),
  sourcetype: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Splunk: default okta:INPUT, such as okta:system-log.'),
})

/** The settings of an HTTP sink. */
export type HttpSettings = z.output<typeof httpSettings>
