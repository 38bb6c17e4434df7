/**
 * @module One pull of bench/pull.ts and bench/sync.ts, in a process of its own: every user of an org as a JSON line, through
 * `read` or `Org.pages` and the program's transport, or with the least that Node needs for it. `read` holds the young
 * generation as the program does, `read-unheld` does not. `pull-case.ts read|read-unheld|postern|bare ORG-URL [FILE]`.
 */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { Agent, get } from 'node:http'
import { type Batch, Org, read, Secret, toJsonLines } from '@postern/core'
import { holdYoungGeneration } from '../packages/postern/src/cli/young-generation.ts'
import { createTransport } from '../packages/postern/src/http/transport.ts'
import { PullWatch } from './pull-watch.mjs'

const apiToken = `00TEST${'0'.repeat(36)}`

/** Told of each page, as soon as its users are done with. */
type OnPage = (users: number) => void

function openOrg(url: string): Org {
  return new Org({
    url,
    dev: true,
    credential: { kind: 'api-token', apiToken: new Secret(apiToken) },
    transport: createTransport({ loopbackOrigins: new Set([url]) }),
  })
}

/** Pages, and nothing that is known across them. */
function pullPages(url: string, file: string, onPage: OnPage): Promise<void> {
  return writeLines(openOrg(url).pages('/api/v1/users', { limit: 200 }), file, onPage)
}

/** An input: a cursor with each batch, and each record once. */
function pullInput(url: string, file: string, onPage: OnPage): Promise<void> {
  return writeLines(read(openOrg(url), 'users'), file, onPage)
}

async function writeLines(
  batches: AsyncIterable<Pick<Batch, 'records'>>,
  file: string,
  onPage: OnPage,
): Promise<void> {
  const lines = createWriteStream(file)
  for await (const { records } of batches) {
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

async function main([kind, url = '', file = '/dev/null']: readonly string[]): Promise<void> {
  const watch = new PullWatch()
  const onPage = (users: number) => watch.count(users)
  if (kind === 'read') holdYoungGeneration()
  if (kind === 'bare') await pullBare(url, onPage)
  else await (kind === 'postern' ? pullPages : pullInput)(url, file, onPage)
  process.stdout.write(JSON.stringify(watch.pull()))
}

main(process.argv.slice(2)).finally(() => process.exit())
