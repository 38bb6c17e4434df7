/** @module What can be set of object storage. */

import { z } from 'zod'
import { spelled } from '../../config/spelled.ts'
import { outboundUrlSetting } from '../outbound-url-setting.ts'

/** What can be set of object storage. */
export const objectStorageSettings = z.strictObject({
  bucket: spelled(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'Write the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens.',
  ).describe('The bucket, which is there already.'),
  prefix: spelled(
    /^[A-Za-z0-9_=-]{1,100}(?:\/[A-Za-z0-9_=-]{1,100}){0,9}$/,
    'Write letters, digits, hyphens, _ and =, with / in between: ten parts at most.',
  )
    .default('okta')
    .describe('What the key of every object begins with.'),
  region: spelled(/^[a-z0-9-]{1,50}$/, 'Write a region such as eu-central-1.').describe(
    'The region of the bucket, such as eu-central-1.',
  ),
  endpoint: outboundUrlSetting.optional().describe('The URL of storage that is not Amazon S3.'),
  pathStyle: z
    .boolean()
    .default(false)
    .describe('Puts the bucket into the path, as most storage beside Amazon S3 wants it.'),
  timeoutMs: z.int().min(100).max(300_000).default(60_000).describe('How long an answer may take.'),
})

/** The settings of object storage. */
export type ObjectStorageSettings = z.output<typeof objectStorageSettings>
