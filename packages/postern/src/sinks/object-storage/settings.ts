/** @module What can be set of object storage. */

import { z } from 'zod'

/** What can be set of object storage. */
export const objectStorageSettings = z.strictObject({
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .describe('The bucket, which is there already.'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_=-]{1,100}(?:\/[A-Za-z0-9_=-]{1,100}){0,9}$/)
    .default('okta')
    .describe('What the key of every object begins with.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,50}$/)
    .describe('The region of the bucket, such as eu-central-1.'),
  endpoint: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .describe('The URL of storage that is not Amazon S3.'),
  pathStyle: z
    .boolean()
    .default(false)
    .describe('Puts the bucket into the path, as most storage beside Amazon S3 wants it.'),
  timeoutMs: z.int().min(100).max(300_000).default(60_000).describe('How long an answer may take.'),
})

/** The settings of object storage. */
export type ObjectStorageSettings = z.output<typeof objectStorageSettings>
