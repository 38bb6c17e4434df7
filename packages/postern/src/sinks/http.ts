/** @module Records to whatever takes them over HTTP: a webhook, Splunk, Elasticsearch. */

import type { Secret } from '@postern/core'
import { parseOutboundUrl } from '../http/outbound-url.ts'
import { deliver } from './http/deliver.ts'
import type { HttpFormat, OpenHttpFormat } from './http/format.ts'
import { Receiver } from './http/receiver.ts'
import { httpFormats } from './http/registry.ts'
import { type HttpSettings, httpSettings } from './http/settings.ts'
import type { SinkContext, SinkKind } from './sink.ts'
import { SinkError } from './sink-error.ts'

type Context = SinkContext<HttpSettings>

const AUTHORIZATION = 'authorization'

/** Sends records over HTTP, in the format that the receiver wants. */
export const http: SinkKind<typeof httpSettings> = {
  name: 'http',
  title: 'HTTP',
  summary: 'Sends records to a signed webhook, to Splunk or to Elasticsearch.',
  guarantee: 'at-least-once',
  settings: httpSettings,
  secrets: {
    signingSecret: { required: false, summary: 'Webhook: signs each request; whsec_…' },
    previousSigningSecret: {
      required: false,
      summary: 'Webhook: the key before, as long as the receiver may still verify with it.',
    },
    token: {
      required: false,
      summary: "Splunk's token, Elasticsearch's API key, or a bearer token.",
    },
    password: { required: false, summary: 'Of the user name in the settings.' },
  },
  open: async (context) => {
    const { format, receiver, limits } = openReceiver(context)
    return {
      write: (batch, options) => deliver(batch, { ...options, ...limits, format, receiver }),
      close: async () => undefined,
    }
  },
  check: async (context, signal) => {
    const { format, receiver } = openReceiver(context)
    const answer = await receiver.send(format.checkRequest(), signal)
    if (format.isReady(answer)) return
    throw new SinkError('sink_rejected', `The receiver answered ${answer.status} to a trial.`, {
      remedy: 'Check the URL and the format of the sink.',
      details: { status: answer.status },
    })
  },
}

interface OpenReceiver {
  readonly format: OpenHttpFormat
  readonly receiver: Receiver
  readonly limits: { readonly maxRecords: number; readonly maxBytes: number }
}

function openReceiver({ settings, secrets, transport, clock, dev }: Context): OpenReceiver {
  const { maxRecords, timeoutMs } = settings
  const kind = httpFormats[settings.format]
  const url = parseOutboundUrl(settings.url, { dev })
  const headers = headersOf({ settings, secrets }, kind)
  return {
    format: kind.open({ settings: { ...settings, url }, secrets, clock }),
    receiver: new Receiver({ transport, clock, timeoutMs, headers }),
    limits: { maxRecords, maxBytes: settings.maxBytes ?? kind.maxBytes },
  }
}

/** What goes with each request beside what the format says. Made for each, so that no secret is kept outside of its wrapper. */
function headersOf(
  { settings, secrets }: Pick<Context, 'settings' | 'secrets'>,
  { tokenScheme }: HttpFormat,
): () => Record<string, string> {
  const { headers, tokenHeader, username } = settings
  const { token, password } = secrets
  if (username !== undefined && password === undefined) throw passwordMissing()
  const isTokenThere =
    token !== undefined && (tokenHeader ?? AUTHORIZATION).toLowerCase() === AUTHORIZATION
  if (username !== undefined && isTokenThere) throw twoProofs()
  return () => ({ ...headers, ...proof({ tokenHeader, username, tokenScheme, token, password }) })
}

interface Proof {
  readonly tokenHeader: string | undefined
  readonly username: string | undefined
  readonly tokenScheme: string
  readonly token: Secret | undefined
  readonly password: Secret | undefined
}

function proof({
  tokenHeader,
  username,
  tokenScheme,
  token,
  password,
}: Proof): Record<string, string> {
  const basic =
    username === undefined || password === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`,
        }
  if (token === undefined) return basic
  if (tokenHeader !== undefined) return { ...basic, [tokenHeader.toLowerCase()]: token.reveal() }
  return { ...basic, authorization: `${tokenScheme} ${token.reveal()}` }
}

function twoProofs(): SinkError {
  return new SinkError(
    'sink_settings_invalid',
    'There is a user name and a token, and both would go into Authorization.',
    { remedy: 'Leave one of them out, or name another header for the token with tokenHeader.' },
  )
}

function passwordMissing(): SinkError {
  return new SinkError('sink_settings_invalid', 'There is a user name and no password.', {
    remedy: 'Enter the secret password, or leave out username.',
  })
}
