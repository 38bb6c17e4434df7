/**
 * @module How long a person waits for the Connect page: from opening the link until a field takes what is typed, with a server that
 * has just started and a browser that has nothing of the page; and with the files in its cache. Build first: `npm run build`. Then:
 * `npm run connect-page -w bench [-- --write]`.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium } from 'playwright-core'
import { chromiumPath } from '../test/chromium-path.ts'
import { type Case, measure } from './measure.ts'
import { report } from './report.ts'

const rounds = 9
const program = fileURLToPath(new URL('../packages/postern/dist/postern.cjs', import.meta.url))

const browser = await chromium.launch({
  executablePath: await chromiumPath(),
  args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
})
const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
let count = 0

/** A server of the program's own on a new data directory. */
async function startServer() {
  const dataDir = join(folder, String(count++))
  const args = [program, 'start', '--dev', '--port', '0', '--data', dataDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  const { url, accessKey } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8'))
  return {
    /** The link of a new session. */
    makeLink: async (): Promise<string> => {
      const answer = await fetch(`${url}/v1/connect-sessions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: `bench-${count++}` }),
      })
      return ((await answer.json()) as { readonly url: string }).url
    },
    stop: async () => {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Opens a link, types, and ends when that is there, in milliseconds. */
async function openLink(context: BrowserContext, link: string): Promise<number> {
  const page = await context.newPage()
  const start = performance.now()
  await page.goto(link, { waitUntil: 'commit' })
  const field = page.locator('#field-orgUrl')
  await field.pressSequentially('a')
  const ms = performance.now() - start
  if ((await field.inputValue()) !== 'a') throw new Error('The field did not take what was typed.')
  await page.close()
  return ms
}

function opening(name: string, isCached: boolean): Case {
  return {
    name,
    run: async () => {
      const server = await startServer()
      const context = await browser.newContext()
      try {
        if (isCached) await openLink(context, await server.makeLink())
        return await openLink(context, await server.makeLink())
      } finally {
        await context.close()
        await server.stop()
      }
    },
  }
}

try {
  const figures = await measure(
    [
      opening('a new server, and a browser that has nothing of the page', false),
      opening('the same, a second time in that browser', true),
    ],
    rounds,
  )
  const title = 'from opening the link until the Org URL takes what is typed'
  report('connect-page', 'npm run connect-page -w bench', [
    { title, unit: 'ms', digits: 0, figures },
  ])
} finally {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}
