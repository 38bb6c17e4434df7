/** @module Which names are this machine. */

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i

/** Whether a host name, as `URL` gives it, is this machine: `localhost`, `127.…` or `[::1]`. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname)
}
