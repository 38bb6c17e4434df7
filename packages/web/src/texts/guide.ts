/** @module English texts of the guide. The steps themselves are core's. */

/** The texts around the steps. */
export const guideTexts = {
  start: {
    orgUrlWhere: '**Settings** > **Account**, or the menu at the top right.',
    noOrg: 'No org yet? Sign up for an Integrator Free Plan org at developer.okta.com.',
    method: 'How shall Postern sign in?',
    bundle: 'What is the connection for?',
    bundles: {
      'read-only': {
        name: 'Reading users, groups, apps and the System Log',
        roles: 'Admin role: Read-Only Administrator.',
      },
      'system-log': {
        name: 'Reading the System Log alone',
        roles: 'Admin role: Read-Only Administrator.',
      },
      'access-management': {
        name: 'Managing access: users, groups and apps',
        roles: 'Admin roles: Application Administrator and Group Administrator.',
      },
    },
    bundleScopes: (scopes: readonly string[]) => `Scopes: ${scopes.join(', ')}.`,
    fixedScopes: 'The scopes were chosen by whoever sent you the link:',
    keys: 'Where shall Okta find the public key?',
    keysOktaHint: 'You paste it into the app once.',
    keysUrlHint: 'Okta fetches it from Postern, which can then replace the key by itself.',
    begin: 'Show me the steps',
    beginning: 'Making the key…',
  },
  steps: {
    serviceApp: (done: number, all: number) => `${done} of ${all} steps are done.`,
    keyIsHere: 'The key was made by Postern and stays there. You only ever handle its public half.',
    change: 'Choose again',
    places: 'Where',
    orPlace: 'or',
    copy: 'Copy',
    copied: 'Copied',
    selected: 'Selected: copy it with the keyboard',
    copyOf: (label: string) => `Copy ${label}`,
    verify: 'Verify now',
    verifying: 'Looking…',
    done: 'I have done this',
    skip: 'Skip',
    last: 'Connect',
    lastTitle: 'Try it and connect',
    lastHint: 'Postern signs in as the app, looks at everything once, and keeps the connection.',
    tryToken: 'Check and connect',
  },
} as const
