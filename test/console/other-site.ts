/** @module A page that is none of ours, open in the browser in which somebody is signed in to the console. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Serves a page with a form to anywhere until the test ends, on 127.0.0.1 and on localhost: another port there, and another site. */
export async function serveOtherSite(): Promise<{
  readonly samePlace: string
  readonly otherSite: string
}> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://other')
    const [url = '', enctype = ''] = ['url', 'enctype'].map((name) => searchParams.get(name) ?? '')
    response
      .setHeader('content-type', 'text/html')
      .end(PAGE.replace('URL', url).replace('ENCTYPE', enctype))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { samePlace: `http://127.0.0.1:${port}`, otherSite: `http://localhost:${port}` }
}

// Sent as text/plain, the body of this form is JSON.
const PAGE = `<!doctype html><title>Other</title>
<form action="URL" method="post" enctype="ENCTYPE">
<input name='{"accessKey":"x","y":"' value='"}'><button>Go</button></form>`
