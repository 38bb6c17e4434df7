/** @module What is around every view: the navigation, who is signed in, and the place of the view. */

import { Component, type ReactNode, Suspense, useEffect, useState } from 'react'
import { RefusedError } from '../client.ts'
import { shellTexts as texts } from '../texts/console/shell.ts'
import { matchPath } from './address.ts'
import { useChanges } from './changes.ts'
import { EmptyState } from './parts/empty-state.tsx'
import { ErrorState } from './parts/error-state.tsx'
import { Link } from './parts/link.tsx'
import { say } from './parts/notices.tsx'
import { useSearchKey } from './parts/search-field.tsx'
import { exactText } from './parts/time-text.ts'
import { View } from './parts/view.tsx'
import { usePlace } from './place.ts'
import { answers, client, isPassing } from './server.ts'
import { SESSION, usePermissions, useSession } from './session.ts'
import { views } from './views.ts'

/** The page of somebody who is signed in. */
export function Frame(): ReactNode {
  const { path } = usePlace()
  const following = useChanges()
  useSearchKey()
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {texts.skip}
      </a>
      <header className="top">
        <Navigation path={path} />
        <p
          className={`following is-${following}`}
          title={following === 'live' ? texts.liveHint : texts.notLiveHint}
        >
          <span>{following === 'live' ? texts.live : texts.notLive}</span>
        </p>
        <Holder />
      </header>
      <main className="content" id="content" tabIndex={-1}>
        <Guard key={path}>
          <Suspense fallback={<p className="awaited is-tall" role="status" />}>
            <ViewAt path={path} />
          </Suspense>
        </Guard>
      </main>
    </div>
  )
}

function ViewAt({ path }: { readonly path: string }): ReactNode {
  const permissions = usePermissions()
  for (const { path: pattern, View: Shown, isShown } of views) {
    const of = matchPath(pattern, path)
    if (of !== undefined && isShown?.(permissions) !== false) return <Shown of={of} key={path} />
  }
  return (
    <View title={texts.notThere.title}>
      <EmptyState title={texts.notThere.hint}>
        <Link to="/">{texts.notThere.back}</Link>
      </EmptyState>
    </View>
  )
}

/** The views that the person may see. On a phone they are behind a button. */
function Navigation({ path }: { readonly path: string }): ReactNode {
  const permissions = usePermissions()
  const [isOpen, setOpen] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever went somewhere has chosen
  useEffect(() => setOpen(false), [path])
  return (
    <>
      <p className="product">
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M5 17V8.5a5 5 0 0 1 10 0V17zM12 12.5v.1" />
        </svg>
        {texts.product}
      </p>
      <button
        className="button small menu-button"
        type="button"
        aria-expanded={isOpen}
        aria-controls="navigation"
        onClick={() => setOpen(!isOpen)}
      >
        {texts.menu}
      </button>
      <nav
        id="navigation"
        className={isOpen ? 'navigation is-open' : 'navigation'}
        aria-label={texts.navigation}
      >
        <ul>
          {views.map(({ path: to, name, sign, isShown }) =>
            name === undefined || isShown?.(permissions) === false ? null : (
              <li key={to}>
                <Link to={to} aria-current={isWithin(path, to) ? 'page' : undefined}>
                  <svg viewBox="0 0 20 20" aria-hidden="true">
                    <path d={sign} />
                  </svg>
                  {name}
                </Link>
              </li>
            ),
          )}
        </ul>
      </nav>
    </>
  )
}

function Holder(): ReactNode {
  const { name, expiresAt } = useSession()
  const leave = async () => {
    try {
      await client.ask({ method: 'DELETE', path: SESSION })
    } catch (error) {
      // Whoever goes away believes that the session is over.
      if (error instanceof RefusedError && isPassing(error)) return say(texts.notSignedOut)
    }
    answers.clear()
    // Nothing of what was shown stays in the memory of the page.
    location.reload()
  }
  return (
    <div className="holder">
      <span className="unseen">{texts.signedInAs}</span>
      <bdi className="holder-name" title={texts.until(exactText(new Date(expiresAt)))}>
        {name}
      </bdi>
      <button className="button small" type="button" onClick={() => void leave()}>
        {texts.signOut}
      </button>
    </div>
  )
}

/** A view that cannot be drawn, or not be loaded, leaves the others as they are. */
class Guard extends Component<
  { readonly children: ReactNode },
  { readonly failed: Error | undefined }
> {
  override readonly state: { readonly failed: Error | undefined } = { failed: undefined }

  static getDerivedStateFromError(failed: Error) {
    return { failed }
  }

  override render(): ReactNode {
    const { failed } = this.state
    if (failed === undefined) return this.props.children
    const problem = { code: 'page_failed', detail: failed.message, remedy: texts.reload }
    return <ErrorState problem={problem} onAgain={() => location.reload()} />
  }
}

function isWithin(path: string, to: string): boolean {
  return to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)
}
