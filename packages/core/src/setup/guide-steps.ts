/** @module The steps of the guides, in the Admin Console's own words. */

import { labelOfRole } from '../service-app/admin-roles.ts'
import type { GuideOptions, GuideStep } from './guide.ts'
import {
  checkApiToken,
  checkClient,
  checkKey,
  checkOrg,
  checkRoles,
  checkScopes,
  onlyYouCanTell,
} from './guide-checks.ts'

const APPLICATIONS = [
  '**Applications and Resources** > **Applications**',
  '**Applications** > **Applications** (older menus)',
]

/**
 * The guide to a service app, for a person who may do in the Admin Console what nobody else gets a credential for.
 *
 * @see Okta, "Implement OAuth for Okta with a service app"; "Set up Okta for API access"
 */
export function guideToServiceApp(options: GuideOptions): readonly GuideStep[] {
  const { label, scopes, roles } = options
  return [
    findOrg,
    {
      id: 'sign-in',
      title: 'Sign in to the Admin Console',
      where: ['Your org’s URL with -admin in it, for example https://acme-admin.okta.com'],
      actions: ['Sign in as a **Super Administrator**.'],
      values: [],
      warnings: [
        'An Application Administrator may create the app, but neither grant scopes nor assign admin roles.',
      ],
      isToldOnly: true,
      check: onlyYouCanTell,
    },
    {
      id: 'create-app',
      title: 'Create the app',
      where: APPLICATIONS,
      actions: [
        'Click **Create App Integration**. Where you are asked, choose **Classic experience**.',
        'Choose the sign-in method **API Services** and click **Next**.',
        'Enter the name and click **Save**.',
      ],
      values: [{ label: 'App integration name', value: label }],
      warnings: ['An app of another sign-in method cannot be changed into one of API Services.'],
      isToldOnly: true,
      check: onlyYouCanTell,
    },
    {
      id: 'client-id',
      title: 'Copy the Client ID',
      where: ['The app’s **General** tab > **Client Credentials**'],
      actions: ['Copy the **Client ID** and enter it here.'],
      values: [],
      warnings: [],
      asks: {
        field: 'clientId',
        label: 'Client ID',
        alsoCalled: [],
        isSecret: false,
      },
      check: checkClient,
    },
    registerKey(options),
    {
      id: 'dpop',
      title: 'Leave DPoP as it is',
      where: ['The app’s **General** tab > **General Settings**'],
      actions: [
        'Leave **Require Demonstrating Proof of Possession (DPoP) header in token requests** switched on.',
      ],
      values: [],
      warnings: ['Other products ask to switch it off. Postern supports it.'],
      check: checkKey,
    },
    {
      id: 'scopes',
      title: 'Grant the scopes',
      where: ['The app’s **Okta API Scopes** tab'],
      actions: [
        'Click **Grant** beside each of these scopes, and **Grant Scope** where you are asked.',
      ],
      values: scopes.map((scope) => ({ label: 'Grant', value: scope })),
      warnings: [],
      check: (answers, context) => checkScopes(answers, context, options),
    },
    {
      id: 'roles',
      title: 'Assign the admin roles',
      where: [
        'The app’s **Admin roles** tab > **Edit assignments**',
        '**Security** > **Administrators** > **Add administrator**',
      ],
      actions: [
        'Click **Add assignment** and choose the role. A role may be limited to a resource set or to groups: without a limit it covers all of them.',
        'Click **Save Changes**, and sign in once more where you are asked.',
      ],
      values: roles.map((role) => ({ label: 'Role', value: labelOfRole(role) })),
      warnings: [
        'Without a role every list comes empty, and nothing says why: a token and its scopes are not enough.',
      ],
      check: (answers, context) => checkRoles(answers, context, options),
    },
  ]
}

/** The guide to an API token. */
export function guideToApiToken(options: Pick<GuideOptions, 'label'>): readonly GuideStep[] {
  return [findOrg, { ...apiTokenStep(options), check: checkApiToken }]
}

/**
 * The step in which a person makes an API token, for whoever tries the token out in another way.
 *
 * @see Okta, "Create an API token"
 */
export function apiTokenStep({ label }: Pick<GuideOptions, 'label'>): Omit<GuideStep, 'check'> {
  return {
    id: 'api-token',
    title: 'Create an API token',
    where: ['**Security** > **API** > **Tokens**'],
    actions: [
      'Sign in as the administrator whose rights the token shall have.',
      'Click **Create token** and enter the name.',
      'Choose from which network zone it may be used, or **Any IP**.',
      'Click **Create token**, copy the **Token value**, and enter it here.',
    ],
    values: [{ label: 'What do you want your token to be named?', value: label }],
    warnings: [
      'The value is shown once: copy it before you close the dialog.',
      'The token has all rights of its owner and no scopes; a service app is the safer way.',
      'It ends after 30 days in which it is not used, and when its owner is deactivated.',
    ],
    asks: {
      field: 'apiToken',
      label: 'API token',
      alsoCalled: ['API Key', 'SSWS token'],
      isSecret: true,
    },
  }
}

const findOrg: GuideStep = {
  id: 'org',
  title: 'Find the URL of your org',
  where: [
    'The menu under your name, at the top right of the Admin Console',
    '**Settings** > **Account**',
  ],
  actions: [
    'Copy the domain, for example acme.okta.com, and enter it here. The -admin of the Admin Console’s address does not belong to it.',
  ],
  values: [],
  warnings: [
    'Without an org: sign up for an Integrator Free Plan org at developer.okta.com, or run postern emulator.',
  ],
  asks: {
    field: 'orgUrl',
    label: 'Org URL',
    alsoCalled: ['Okta Domain', 'Base URL'],
    isSecret: false,
  },
  check: checkOrg,
}

function registerKey({ publicJwk, jwksUri }: GuideOptions): GuideStep {
  const common = {
    id: 'public-key',
    where: ['The app’s **General** tab > **Client Credentials** > **Edit**'],
    check: checkKey,
  }
  const method = 'Choose **Client authentication**: **Public key / Private key**.'
  const secondSave =
    'A pop-up opens after **Save**: click **Save** there too, or nothing is kept. It deletes the app’s client secrets.'
  if (jwksUri !== undefined) {
    return {
      ...common,
      title: 'Say where the public key is published',
      actions: [
        method,
        'Under **Configuration** choose **Use a URL to fetch keys dynamically**, and paste the URL.',
        'Click **Save**, and **Save** again in the pop-up.',
      ],
      values: [{ label: 'URL', value: jwksUri }],
      warnings: [secondSave, 'Keys that were saved in Okta for this app are deleted.'],
    }
  }
  return {
    ...common,
    title: 'Register the public key',
    actions: [
      method,
      'Under **Configuration** leave **Save keys in Okta**, and click **Add key**.',
      'Paste the public key and click **Done**.',
      'Click **Save**, and **Save** again in the pop-up.',
    ],
    values: [
      { label: 'Public key', value: JSON.stringify(publicJwk, null, 2) },
      { label: 'PUBLIC KEYS then lists this KID as Active', value: publicJwk.kid },
    ],
    warnings: [
      secondSave,
      'Do not click **Generate new key**: its private half is shown once, and Postern has this one’s already.',
    ],
  }
}
