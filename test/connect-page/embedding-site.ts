/** @module The site of a product that opens or embeds the Connect page. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A site. */
export interface EmbeddingSite {
  readonly origin: string
  /** The URL of a page that connects with a link on a click, as `mode` says. */
  pageFor(postern: string, link: string, mode: 'popup' | 'frame'): string
}

/** Serves the site on an origin of its own until the test ends. */
export async function serveSite(): Promise<EmbeddingSite> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site')
    if (pathname === '/site.js') {
      response.setHeader('content-type', 'text/javascript').end(SCRIPT)
      return
    }
    const postern = searchParams.get('postern') ?? ''
    response.setHeader('content-type', 'text/html').end(PAGE.replace('POSTERN', postern))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    pageFor: (postern, link, mode) =>
      `${origin}/?${new URLSearchParams({ postern, mode, url: `${postern}/connect/#${link}` })}`,
  }
}

const PAGE = `<!doctype html><html lang="en"><title>Product</title>
<script src="POSTERN/connect/embed.js"></script>
<button id="connect">Connect Okta</button>
<div id="place"></div>
<p id="outcome"></p>
<p id="heard"></p>
<script src="/site.js"></script></html>`

const SCRIPT = `
const asked = new URLSearchParams(location.search)
const write = (id, text) => { document.getElementById(id).textContent += text }
addEventListener('message', ({ data }) => write('heard', JSON.stringify(data) + '\\n'))
document.getElementById('connect').addEventListener('click', () => {
  Postern.connect({
    url: asked.get('url'),
    mode: asked.get('mode'),
    container: document.getElementById('place'),
  }).then(
    ({ connection, session }) => write('outcome', 'connected ' + connection + ' by ' + session + ';'),
    (error) => write('outcome', error.name + ';'),
  )
})
`
