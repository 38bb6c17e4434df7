import { extname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { accessibilityProblems, openPage } from '../chromium.ts'
import { servePage } from './served-page.ts'

describe('the Connect page', () => {
  it('says what to do where its address has no link', async () => {
    const { url } = await servePage()
    const { page, requests, complaints } = await openPage()
    await page.goto(`${url}/connect/`)
    await page.getByText('Open the whole link that you were sent').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(complaints).toEqual([])
    expect(requests.filter((asked) => !asked.startsWith(`${url}/`))).toEqual([])
  })

  it('may be opened from another site, and framed by none unless the operator says so', async () => {
    const { url } = await servePage()
    const fromElsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    const page = await fetch(`${url}/connect/`, { headers: fromElsewhere })
    expect(page.status).toBe(200)
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    const api = await fetch(`${url}/healthz`, { headers: fromElsewhere })
    expect(api.status).toBe(403)
  })

  it('is at most 120,000 bytes to load, packed', async () => {
    const { url } = await servePage()
    const document = await (await fetch(`${url}/connect/`)).text()
    const assets = [...document.matchAll(/\/assets\/[\w.-]+/g)].map(([path]) => path)
    expect(assets.map((path) => extname(path)).toSorted()).toEqual(['.css', '.js', '.svg'])
    const code = assets.filter((path) => extname(path) !== '.svg')
    const answers = await Promise.all(code.map((path) => fetch(`${url}${path}`)))
    expect(answers.map(({ headers }) => headers.get('content-encoding'))).toEqual(['gzip', 'gzip'])
    const packed = answers.map(({ headers }) => Number(headers.get('content-length')))
    const bytes = packed.reduce((sum, one) => sum + one)
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThanOrEqual(120_000)
  })

  it('serves no other file than those of the pages', async () => {
    const { url } = await servePage()
    for (const path of ['/assets/..%2forigin.txt', '/assets/none.js', '/connect/origin.txt']) {
      const answer = await fetch(`${url}${path}`)
      expect(answer.status, path).toBe(404)
    }
  })
})
