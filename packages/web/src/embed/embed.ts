/** @module The script of a page that opens or embeds the Connect page: `Postern.connect(…)`. */

/** How the Connect page is shown. */
export interface ConnectOptions {
  /** The one-time link of a session that was made with this page's origin. */
  readonly url: string
  /** A window of its own (default), or a frame in `container`. A window has to be opened on a click. */
  readonly mode?: 'popup' | 'frame'
  /** Where the frame goes. Default: the end of the document. */
  readonly container?: Element
  /** Default: as the person's browser says. */
  readonly theme?: 'light' | 'dark'
}

/** What became of it. */
export interface Connected {
  /** The id of the session. */
  readonly session: string
  /** The name of the connection. */
  readonly connection: string
}

const NAME = 'postern-connect'
const WINDOW = 'popup,width=760,height=860'
const LOOK_EVERY_MS = 500
const FRAME_TITLE = 'Connect Okta'

// There is one window: who opens it again takes it away from whoever waits for it.
let leaveWindow: (() => void) | undefined

/**
 * Shows the Connect page, and resolves when the connection was made. The page stays with what was proven until the person
 * closes it.
 *
 * @throws {Error} named `PosternClosed` where the person closed it before, `PosternBlocked` where the browser opens no
 * window, `PosternLink` where the url is no link to a Connect page.
 */
export async function connect(options: ConnectOptions): Promise<Connected> {
  const { mode = 'popup', container } = options
  const { href, origin, id } = parseLink(options)
  if (mode === 'popup') leaveWindow?.()
  const shown = mode === 'frame' ? showFrame(href, container) : showWindow(href)
  if (shown === undefined) throw named('PosternBlocked', 'The browser opened no window.')
  return hearOf(shown, { origin, id, isWindow: mode === 'popup' })
}

function hearOf(
  shown: Shown,
  of: { readonly origin: string; readonly id: string; readonly isWindow: boolean },
): Promise<Connected> {
  return new Promise((resolve, reject) => {
    const hear = (event: MessageEvent) => {
      // Others may send messages too: only this server, in this window, about this session, is listened to.
      if (event.origin !== of.origin || event.source !== shown.window()) return
      const { source, type, session, connection, pixels } = Object(event.data)
      if (source !== 'postern' || session !== of.id) return
      if (type === 'height' && Number.isFinite(pixels)) shown.resize(pixels)
      if (type === 'connected') resolve({ session: of.id, connection: String(connection) })
      if (type === 'closed') {
        shown.close()
        end()
      }
    }
    const end = () => {
      clearInterval(looking)
      removeEventListener('message', hear)
      if (leaveWindow === end) leaveWindow = undefined
      // Nothing happens where the connection was made.
      reject(named('PosternClosed', 'The page was closed before the org was connected.'))
    }
    const looking = setInterval(() => {
      if (shown.isClosed()) end()
    }, LOOK_EVERY_MS)
    addEventListener('message', hear)
    if (of.isWindow) leaveWindow = end
  })
}

/** The parts of a link: `https://postern.example.com/connect/#<id>.<secret>`. */
function parseLink({ url, theme }: ConnectOptions) {
  const link = URL.canParse(url) ? new URL(url) : undefined
  const [id = '', secret] = link?.hash.slice(1).split('.') ?? []
  if (link === undefined || !/^https?:$/.test(link.protocol) || secret === undefined) {
    throw named('PosternLink', 'The url is no link to a Connect page.')
  }
  if (theme !== undefined) link.searchParams.set('theme', theme)
  return { href: link.href, origin: link.origin, id }
}

interface Shown {
  window(): Window | null
  isClosed(): boolean
  resize(pixels: number): void
  close(): void
}

function showWindow(url: string): Shown | undefined {
  const opened = open(url, NAME, WINDOW)
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
  frame.title = FRAME_TITLE
  frame.allow = 'clipboard-write'
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
