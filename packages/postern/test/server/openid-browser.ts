/** @module A browser without a screen: follows redirects between a provider and the console, and keeps the cookies of each. */

/** What a navigation ended with. */
export interface Arrived {
  readonly url: string
  readonly status: number
  readonly text: string
  /** The code that a page of refusal shows. */
  readonly code: string | undefined
}

/** A browser. */
export class CookieBrowser {
  readonly cookies = new Map<string, Map<string, string>>()
  /** Where it was led, in order. */
  readonly visited: string[] = []

  /** Goes somewhere, and wherever that leads. @param stopAt - the beginning of an address that it does not ask for. */
  async go(url: string, stopAt?: string): Promise<Arrived> {
    let at = url
    for (let hops = 0; hops < 15; hops++) {
      this.visited.push(at)
      if (stopAt !== undefined && at.startsWith(stopAt))
        return { url: at, status: 0, text: '', code: undefined }
      const response = await this.ask(at)
      const location = response.headers.get('location')
      const text = await response.text()
      if (location === null) {
        const [, code] = /<code>([a-z_]+)<\/code>/.exec(text) ?? []
        return { url: at, status: response.status, text, code }
      }
      at = new URL(location, at).href
    }
    throw new Error('The browser is led on and on.')
  }

  /** One request, with the cookies of its origin. */
  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url)
    const kept = this.cookies.get(origin) ?? new Map<string, string>()
    this.cookies.set(origin, kept)
    const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(cookie === '' ? {} : { cookie }) },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) kept.delete(name)
      else kept.set(name, value)
    }
    return response
  }
}
