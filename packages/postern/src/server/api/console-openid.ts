/** @module Routes on which a browser goes to an OpenID provider, and comes back from it signed in. */

import { z } from '@hono/zod-openapi'
import { PosternError } from '@postern/core'
import type { Api } from '../api.ts'
import { onwardPage, refusalPage } from '../console/browser-page.ts'
import {
  clearTransaction,
  cookieNameAt,
  cookieValues,
  setCookie,
  setTransaction,
  transactionNameAt,
} from '../console/cookie.ts'
import { callbackPath, type OpenId, signInSeconds } from '../console/openid.ts'
import { originInsecure } from '../console/session-error.ts'
import { notConfigured, SignInError } from '../console/sign-in-error.ts'
import type { Services } from '../services.ts'

const beginPath = '/v1/console/openid/begin'
const tag = 'console'
const text = z.string().max(4_096).optional()

/** Adds the routes. */
export function addConsoleOpenIdRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: beginPath,
      operationId: 'beginOpenIdSignIn',
      tag,
      summary: 'Leads a browser to the OpenID provider.',
      access: 'public',
      // From another name of this server, too.
      fromOtherSites: true,
      // The provider is asked for whoever comes, and refuses everybody where that is too often.
      forPeople: true,
      query: z.object({
        to: z.string().max(1_024).optional().describe('The path of the console to go on to.'),
      }),
      answer: z.string().describe('Of a refusal. Otherwise a redirect.'),
      answerType: 'text/html',
    },
    ({ services, query: { to }, request, requestId }) =>
      inBrowser(services, { requestId, cookies: [] }, async () => {
        const openId = requireOpenId(services)
        const { origin } = openId
        // The provider sends the browser back there, where it has to have the cookie of this.
        if (new URL(request.url).host !== new URL(origin).host)
          return redirect(`${origin}${beginPath}${to ? `?${new URLSearchParams({ to })}` : ''}`)
        const name = transactionNameAt(origin)
        if (name === undefined) throw originInsecure()
        const { location, transaction } = await openId.begin(to)
        return redirect(location, setTransaction(name, transaction, signInSeconds))
      }),
  )
  api.add(
    {
      method: 'get',
      path: callbackPath,
      operationId: 'finishOpenIdSignIn',
      tag,
      summary: 'Takes a browser back from the OpenID provider, and signs it in.',
      access: 'public',
      fromOtherSites: true,
      forPeople: true,
      // Whatever the provider says is judged where it is read.
      query: z.object({ code: text, state: text, iss: text, error: text, error_description: text }),
      answer: z.string().describe('A page that goes on to the console, or says why not.'),
      answerType: 'text/html',
    },
    ({ services, request, requestId }) => {
      const { origin = 'http://localhost' } = services.openId ?? {}
      const transactionName = transactionNameAt(origin) ?? ''
      const cookies = [clearTransaction(transactionName)]
      return inBrowser(services, { requestId, cookies }, async () => {
        const openId = requireOpenId(services)
        const name = cookieNameAt(origin)
        if (name === undefined) throw originInsecure()
        const kept = cookieValues(request.headers.get('cookie') ?? '', transactionName)
        const { search } = new URL(request.url)
        const back = openId.finish(search, kept.length === 1 ? kept[0] : undefined)
        const { person, to } = await back.catch(async (error: unknown) => {
          if (error instanceof SignInError && error.code === 'sign_in_not_permitted')
            await services.consoleSessions.noteRefusal(error, requestId)
          throw error
        })
        const begun = await services.consoleSessions.beginByPerson(person, requestId)
        return onwardPage(to, [...cookies, setCookie(name, begun.cookie, begun.lifeSeconds)])
      })
    },
  )
}

/** Answers a person in a browser, who would make nothing of JSON. */
async function inBrowser(
  { log }: Services,
  of: { readonly requestId: string; readonly cookies: readonly string[] },
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    const { code } = error
    log.warn({ requestId: of.requestId, code, err: error }, 'nobody signed in')
    return refusalPage(error, of)
  }
}

function requireOpenId({ openId }: Services): OpenId {
  if (openId === undefined) throw notConfigured()
  return openId
}

function redirect(location: string, cookie?: string): Response {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return new Response(null, {
    status: 302,
    headers: cookie === undefined ? headers : { ...headers, 'set-cookie': cookie },
  })
}
