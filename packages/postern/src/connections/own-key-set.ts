/** @module The URL at which this server publishes the key set of a connection. */

/** The URL of a connection's key set. @param publicUrl - where this server is reached from outside. */
export function ownKeySetUrl(publicUrl: string, name: string): string {
  return new URL(`jwks/${name}.json`, publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`).href
}
