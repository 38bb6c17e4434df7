/** @module The URL of a receiver as a setting: what is wrong with it wherever Postern runs is told before it is kept. */

import { z } from 'zod'
import { OutboundError } from '../http/outbound-error.ts'
import { parseOutboundUrl } from '../http/outbound-url.ts'

/** Whether it may lead to this machine is known once the sink is opened. */
export const outboundUrlSetting = z.string().superRefine((text, context) => {
  try {
    parseOutboundUrl(text, { dev: true })
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    const { message, remedy } = error
    context.addIssue({ code: 'custom', message, params: { remedy } })
  }
})
