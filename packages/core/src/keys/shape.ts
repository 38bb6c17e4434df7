/** @module What a text that is neither PEM nor JSON looks like, so that the refusal can name it. */

import { refuse } from './refusals.ts'

// 00 and 40 characters, as Okta shows an API token once; people copy the SSWS in front of it too.
const API_TOKEN = /^(?:(?:Authorization:\s*)?SSWS\s+)?00[A-Za-z0-9_-]{40}$/i
// Okta's client secrets have 40 or 64 characters; other products' reach 86.
const CLIENT_SECRET = /^[A-Za-z0-9_.~-]{40,86}$/
const SSH_PUBLIC = /^(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-\S+|sk-\S+@openssh\.com)\s+AAAA/
const SSH2_PUBLIC = /^-{4} BEGIN SSH2 PUBLIC KEY -{4}/m
const FILE_NAME = /\.(?:pem|key|json|jwks?|p8|pk8|p12|pfx|der|crt|cer|ppk|txt|env|ya?ml)$/i
const PATH_START =
  /^(?:@|file:|\.{0,2}[\\/]|~[\\/]|[A-Za-z]:[\\/]|\\\\|\$\{?[A-Z_]+\}?[\\/]|%[A-Za-z]+%\\)/
const SSH_FILE = /^id_(?:rsa|dsa|ecdsa|ed25519)(?:\.pub)?$/
const MAX_PATH_CHARACTERS = 300

/**
 * Refuses a text that has the shape of something else people hold in the other hand.
 *
 * @throws {KeyError} `key_is_public`, `key_looks_like_api_token`, `key_looks_like_path`, `key_putty_format`
 */
export function refuseByShape(text: string): void {
  if (/^PuTTY-User-Key-File-/m.test(text)) {
    refuse('key_putty_format', 'The text is a key file of PuTTY.')
  }
  if (SSH_PUBLIC.test(text) || SSH2_PUBLIC.test(text)) {
    refuse('key_is_public', 'The text is a public key of SSH.')
  }
  if (API_TOKEN.test(text)) {
    refuse('key_looks_like_api_token', 'The text has the shape of an Okta API token (SSWS).')
  }
  if (isPath(text))
    refuse('key_looks_like_path', 'The text is the name of a file, not its content.')
}

/** Refuses one word of the length of a client secret. Asked last: a bare key may be such a word too. */
export function refuseSecretShape(text: string): void {
  if (!CLIENT_SECRET.test(text)) return
  refuse(
    'key_looks_like_client_secret',
    `The text is one word of ${text.length} characters without the structure of a key, as a client secret is.`,
  )
}

function isPath(text: string): boolean {
  if (text.length > MAX_PATH_CHARACTERS || /^\{|[\n\r<>"]/.test(text)) return false
  if (/^[a-z]+:\/\//i.test(text) && !text.startsWith('file:')) return false
  return FILE_NAME.test(text) || PATH_START.test(text) || SSH_FILE.test(text)
}
