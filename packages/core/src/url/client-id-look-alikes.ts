/** @module What people paste where a client ID belongs. */

/** A thing that is not a client ID. */
export interface ClientIdLookAlike {
  /** Its name, for `details.detail`. */
  readonly detail: string
  /** Its name in a sentence. */
  readonly article: string
}

const lookAlikes: readonly (ClientIdLookAlike & { readonly shape: RegExp })[] = [
  { detail: 'private key', article: 'a private key (PEM)', shape: /-----(?:BEGIN|END) / },
  { detail: 'jwk', article: 'a JWK', shape: /^[[{][\s\S]*"kty"/ },
  { detail: 'jwt', article: 'a JWT', shape: /^eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,4}$/ },
  {
    detail: 'api token',
    article: 'an API token (SSWS)',
    shape: /^(?:00[A-Za-z0-9_-]{40}$|SSWS\b)/i,
  },
  {
    detail: 'client secret',
    article: 'a client secret',
    // Okta makes secrets of 64 characters, formerly 40, of three kinds; a chosen id is hardly as random.
    shape:
      /^(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])(?:[A-Za-z0-9_-]{40}|[A-Za-z0-9_-]{64})$/,
  },
  { detail: 'email', article: 'an email address', shape: /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/ },
  { detail: 'url', article: 'a URL', shape: /^[A-Za-z][A-Za-z0-9+.-]*:\/\// },
  {
    detail: 'url',
    article: 'an org URL',
    shape: /^[a-z0-9-]+\.(?:okta|oktapreview|okta-emea|okta-gov)\.com(?:\/|$)/i,
  },
  { detail: 'scope', article: 'a scope', shape: /^okta\.[A-Za-z.]+\.(?:read|manage)\b/ },
  { detail: 'user id', article: 'the id of a user', shape: /^00u[A-Za-z0-9]{17}$/ },
  { detail: 'group id', article: 'the id of a group', shape: /^00g[A-Za-z0-9]{17}$/ },
  { detail: 'org id', article: 'the id of an org', shape: /^00o[A-Za-z0-9]{17}$/ },
  {
    detail: 'authorization server id',
    article: 'the id of an authorization server',
    shape: /^aus[A-Za-z0-9]{17}$/,
  },
  {
    detail: 'placeholder',
    article: 'a value that was never set',
    shape: /^(?:undefined|\[object)/,
  },
  {
    detail: 'placeholder',
    article: 'a placeholder of a document',
    shape: /^[[<{$%\s]*(?:your|my)?[\s_-]*(?:okta)?[\s_-]*(?:client|app)[\s_-]*id[\]>}%\s]*$/i,
  },
]

/** What a text looks like that is no client ID; undefined where it may be one. */
export function clientIdLookAlike(text: string): ClientIdLookAlike | undefined {
  return lookAlikes.find(({ shape }) => shape.test(text))
}
