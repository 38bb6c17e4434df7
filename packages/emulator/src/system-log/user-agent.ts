/** @module What the System Log reads out of a `User-Agent`. */

/** The client behind a `User-Agent`, in the log's words. */
export interface ClientDescription {
  readonly os: string
  readonly browser: string
  readonly device: string
  /** JSON of the event's `client.userAgent`. */
  readonly json: string
}

const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows NT 10/, 'Windows 10'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac OS X'],
  [/Linux/, 'Linux'],
]

// Edge names Chrome, and Chrome names Safari: the first that fits is the browser.
const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'EDGE'],
  [/Firefox\//, 'FIREFOX'],
  [/Chrome\//, 'CHROME'],
  [/Safari\//, 'SAFARI'],
]

const unknownClient = { os: 'Unknown', browser: 'UNKNOWN', device: 'Unknown' } as const
const known = new Map<string, ClientDescription>()
const MAX_KNOWN = 1_000

/** Describes a client by its `User-Agent`; what it does not tell is `Unknown`. */
export function describeUserAgent(userAgent: string): ClientDescription {
  const before = known.get(userAgent)
  if (before !== undefined) return before
  const os = systems.find(([sign]) => sign.test(userAgent))?.[1] ?? unknownClient.os
  const browser = browsers.find(([sign]) => sign.test(userAgent))?.[1] ?? unknownClient.browser
  const isMobile = os === 'iOS' || os === 'Android'
  const device = os === unknownClient.os ? unknownClient.device : isMobile ? 'Mobile' : 'Computer'
  const json = JSON.stringify({ rawUserAgent: userAgent, os, browser })
  if (known.size < MAX_KNOWN) known.set(userAgent, { os, browser, device, json })
  return { os, browser, device, json }
}
