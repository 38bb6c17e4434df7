/** @module Every format of the HTTP sink. */

import { elasticsearch } from './elasticsearch.ts'
import type { HttpFormat } from './format.ts'
import type { HttpFormatName } from './settings.ts'
import { splunkHec } from './splunk-hec.ts'
import { webhook } from './webhook.ts'

/** By name. */
export const httpFormats: Readonly<Record<HttpFormatName, HttpFormat>> = {
  webhook,
  'splunk-hec': splunkHec,
  elasticsearch,
}
