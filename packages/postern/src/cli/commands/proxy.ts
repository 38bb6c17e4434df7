/** @module `postern proxy`: the root of an org on this machine, until it is interrupted. */

import { once } from 'node:events'
import type { GlobalOptions } from '../global-options.ts'
import { withRoot } from '../open-root.ts'
import { formatFields, printData, tell } from '../output.ts'
import { parsePort } from '../port.ts'
import { formatCalls } from './access-rule.ts'

/** The arguments and flags of `proxy`, as they were typed. */
export interface ProxyFlags {
  readonly name: string
  readonly port?: string
  readonly allow?: readonly string[]
}

/** Opens the listener, says where it is and who is let in, and closes it when the signal aborts. */
export async function proxy(
  { name, port, allow }: ProxyFlags,
  options: GlobalOptions,
  interrupted: AbortSignal,
): Promise<void> {
  const request = { name, allow, port: port === undefined ? undefined : parsePort(port) }
  await withRoot(
    { ...request, purpose: `postern proxy ${name}` },
    { ...options, signal: interrupted },
    async ({ url, accessKey, accessKeyId, rules, connection }, signal) => {
      const text = accessKey.reveal()
      const unread = once(process.stdout, 'error')
      const data = {
        url,
        accessKey: accessKey.reveal(),
        accessKeyId,
        rules,
        org: connection.orgUrl,
      }
      await printData(data, {
        format: options.output === 'json' ? 'jsonl' : options.output,
        text: () =>
          formatFields([
            ['Org URL', url],
            ['API token', text],
          ]),
      })
      tell(
        `Give a tool these two as its org URL and API token (SSWS or Bearer): it is at ${connection.orgUrl} then, for ${formatCalls(rules)}.`,
      )
      tell('The access key ends with this command. Stop with Ctrl-C.')
      if (!signal.aborted) await Promise.race([once(signal, 'abort'), unread])
      tell('Stopping.')
    },
  )
}
