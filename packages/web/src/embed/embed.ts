/** @module The script of a page that opens or embeds the Connect page: `Postern.connect(…)`. */

/** How the Connect page is shown. */
export interface ConnectOptions {
  /** The one-time link of a session that was made with this page's origin. */
  readonly url: string
  /** A window of its own (default), or a frame in `container`. A window has to be opened on a click. */
  readonly mode?: 'popup' | 'frame'
  readonly container?: Element
}

/** What became of it. */
export interface Connected {
  /** The id of the session. */
  readonly session: string
  /** The name of the connection. */
  readonly connection: string
}

const WINDOW = 'popup,width=760,height=860'
const LOOK_EVERY_MS = 500

/**
 * Shows the Connect page, and resolves when the connection was made.
 *
 * @throws {Error} named `PosternClosed` where the person closed it, `PosternBlocked` where the browser opens no window.
 */
export function connect(options: ConnectOptions): Promise<Connected> {
  const { url, mode = 'popup', container } = options
  const { origin } = new URL(url)
  return new Promise((resolve, reject) => {
    const shown = mode === 'frame' ? showFrame(url, container) : showWindow(url)
    if (shown === undefined) return reject(named('PosternBlocked', 'The window was blocked.'))
    const end = () => {
      clearInterval(looking)
      removeEventListener('message', hear)
      shown.close()
    }
    const hear = (event: MessageEvent) => {
      // Others may send messages too: only this server, in this window, is listened to.
      if (event.origin !== origin || event.source !== shown.window()) return
      const { source, type, session, connection, pixels } = Object(event.data)
      if (source !== 'postern') return
      if (type === 'height' && Number.isFinite(pixels)) shown.resize(pixels)
      if (type === 'connected') {
        end()
        resolve({ session: String(session), connection: String(connection) })
      }
      if (type === 'closed') fail()
    }
    const fail = () => {
      end()
      reject(named('PosternClosed', 'The page was closed before the org was connected.'))
    }
    const looking = setInterval(() => {
      if (shown.isClosed()) fail()
    }, LOOK_EVERY_MS)
    addEventListener('message', hear)
  })
}

interface Shown {
  window(): Window | null
  isClosed(): boolean
  resize(pixels: number): void
  close(): void
}

function showWindow(url: string): Shown | undefined {
  const opened = open(url, 'postern-connect', WINDOW)
  if (opened === null) return undefined
  return {
    window: () => opened,
    isClosed: () => opened.closed,
    resize: () => undefined,
    close: () => opened.close(),
  }
}

function showFrame(url: string, container: Element = document.body): Shown {
  const frame = document.createElement('iframe')
  frame.src = url
  frame.title = 'Connect Okta'
  frame.style.width = '100%'
  frame.style.border = '0'
  container.append(frame)
  return {
    window: () => frame.contentWindow,
    isClosed: () => !frame.isConnected,
    resize: (pixels) => {
      frame.style.height = `${pixels}px`
    },
    close: () => frame.remove(),
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
