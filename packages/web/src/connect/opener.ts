/** @module Tells the page that opened or embeds this one how it goes: that page alone, by its origin. */

/** Whoever waits for this page. */
export interface Opener {
  /** It embeds this page, so that there is no window to close. */
  readonly isFrame: boolean
  connected(connection: string): void
  /** Says that the person is through with this page, and closes its window. */
  close(): void
  /** Tells a frame how high it has to be, now and from now on. @returns what ends it. */
  followHeight(): () => void
}

/**
 * Whoever opened or embeds this page for a session; undefined where nobody did, or nobody is allowed to.
 *
 * @param of.origin - whose page it has to be. The browser delivers nothing to a page of another one.
 */
export function findOpener(of: {
  readonly id: string
  readonly origin: string | null
}): Opener | undefined {
  const { id, origin } = of
  const isFrame = window.parent !== window
  const target: Window | null = isFrame ? window.parent : window.opener
  if (origin === null || target === null) return undefined
  const send = (message: Readonly<Record<string, unknown>>) =>
    target.postMessage({ source: 'postern', session: id, ...message }, origin)
  return {
    isFrame,
    connected: (connection) => send({ type: 'connected', connection }),
    close: () => {
      send({ type: 'closed' })
      if (!isFrame) window.close()
    },
    followHeight: () => {
      const page = document.documentElement
      const observer = new ResizeObserver(() =>
        send({ type: 'height', pixels: Math.ceil(page.getBoundingClientRect().height) }),
      )
      if (isFrame) observer.observe(page)
      return () => observer.disconnect()
    },
  }
}
