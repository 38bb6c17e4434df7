/**
 * @module One pull of bench/pull.ts, in a process of its own: every user of an org as a JSON line, through `Org.pages` and
 * the program's transport, or with the least that Node needs for it. `pull-case.ts postern|bare ORG-URL`.
 */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { Agent, get } from 'node:http'
import { Org, Secret, toJsonLines } from '@postern/core'
import { createTransport } from '../packages/postern/src/http/transport.ts'
import { PullWatch } from './pull-watch.mjs'

const apiToken = `00TEST${'0'.repeat(36)}`

/** Told of each page, as soon as its users are done with. */
type OnPage = (users: number) => void

async function pullWithPostern(url: string, onPage: OnPage): Promise<void> {
  const org = new Org({
    url,
    dev: true,
    credential: { kind: 'api-token', apiToken: new Secret(apiToken) },
    transport: createTransport({ loopbackOrigins: new Set([url]) }),
  })
  const lines = createWriteStream('/dev/null')
  for await (const { records } of org.pages('/api/v1/users', { limit: 200 })) {
    if (!lines.write(toJsonLines(records))) await once(lines, 'drain')
    onPage(records.length)
  }
}

/** A loop over `node:http` that parses each page and keeps nothing: no limits, no pacing, no errors, no lines. */
async function pullBare(url: string, onPage: OnPage): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { authorization: `SSWS ${apiToken}` }
  let next: string | undefined = `${url}/api/v1/users?limit=200`
  while (next !== undefined) {
    const page: string = next
    const { link, body } = await new Promise<{ link: string; body: Buffer }>((resolve, reject) => {
      get(page, { agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ link: String(response.headers['link']), body: Buffer.concat(chunks) }),
        )
        response.on('error', reject)
      }).on('error', reject)
    })
    onPage(JSON.parse(body.toString('utf8')).length)
    next = /<([^>]+)>; rel="next"/.exec(link)?.[1]
  }
}

async function main([kind, url = '']: readonly string[]): Promise<void> {
  const watch = new PullWatch()
  const onPage = (users: number) => watch.count(users)
  await (kind === 'bare' ? pullBare(url, onPage) : pullWithPostern(url, onPage))
  process.stdout.write(JSON.stringify(watch.pull()))
}

main(process.argv.slice(2)).finally(() => process.exit())
