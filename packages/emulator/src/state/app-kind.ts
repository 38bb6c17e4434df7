/** @module The kinds of app that an org can hold: Okta's own, OpenID Connect clients and bookmarks. */

/** What apps of one kind have in common. */
export interface AppKind {
  readonly signOnMode: string
  /** The name in the catalogue, which the System Log shows. */
  readonly displayName: string
  /** The links to the app that users see, by name; the value is whether it is shown. */
  readonly appLinks: Readonly<Record<string, boolean>>
  /** The last part of those links; absent where each app has an id of its own there. */
  readonly appLinkTail?: string
  readonly logo: string
  readonly hiddenByDefault: boolean
  /** Whether an administrator can create and delete such apps. */
  readonly byAdministrators: boolean
}

/** The kinds, by the `name` of an app. */
export const appKinds: ReadonlyMap<string, AppKind> = new Map<string, AppKind>([
  [
    'oidc_client',
    {
      signOnMode: 'OPENID_CONNECT',
      displayName: 'OpenID Connect Client',
      appLinks: { oidc_client_link: true },
      logo: 'default.6770228fb0dab49a1695ef440a5279bb.png',
      hiddenByDefault: true,
      byAdministrators: true,
    },
  ],
  [
    'bookmark',
    {
      signOnMode: 'BOOKMARK',
      displayName: 'Bookmark App',
      appLinks: { login: true },
      appLinkTail: '2557',
      logo: 'bookmark-app.b81c03e2607468e5b5f9c9351c99313e.png',
      hiddenByDefault: false,
      byAdministrators: true,
    },
  ],
  [
    'saasure',
    {
      signOnMode: 'OPENID_CONNECT',
      displayName: 'Okta Admin Console',
      appLinks: { admin: true },
      appLinkTail: '2',
      logo: 'okta_admin_app.da3325676d57eaf566cb786dd0c7a819.png',
      hiddenByDefault: false,
      byAdministrators: false,
    },
  ],
  [
    'okta_enduser',
    {
      signOnMode: 'OPENID_CONNECT',
      displayName: 'Okta Dashboard',
      appLinks: {},
      logo: 'okta-logo-end-user-dashboard.fc6d8fdbcb8cb4c933d009e71456cec6.svg',
      hiddenByDefault: false,
      byAdministrators: false,
    },
  ],
  [
    'okta_browser_plugin',
    {
      signOnMode: 'OPENID_CONNECT',
      displayName: 'Okta Browser Plugin',
      appLinks: {},
      logo: 'default.6770228fb0dab49a1695ef440a5279bb.png',
      hiddenByDefault: false,
      byAdministrators: false,
    },
  ],
])

const unknownKind: AppKind = {
  signOnMode: 'AUTO_LOGIN',
  displayName: 'Application',
  appLinks: {},
  logo: 'default.6770228fb0dab49a1695ef440a5279bb.png',
  hiddenByDefault: false,
  byAdministrators: true,
}

/** The kind of an app by its `name`. */
export function kindOf(app: { readonly name: string }): AppKind {
  return appKinds.get(app.name) ?? unknownKind
}
