/** @module Why an org URL was refused, and what was changed in one that was accepted. */

import { PosternError, type Warning } from '../error.ts'

/** What can be wrong with an org URL before any request is made. */
export type OrgUrlErrorCode =
  | 'org_url_empty'
  | 'org_url_malformed'
  | 'org_url_placeholder'
  | 'org_url_scheme'
  | 'org_url_userinfo'
  | 'org_url_port'
  | 'org_url_ip_literal'
  | 'org_url_non_ascii'
  | 'org_url_not_okta_domain'
  | 'org_url_not_org'
  | 'org_url_bad_subdomain'
  | 'org_url_typo'
  | 'org_url_multiple'

/** What was changed in an org URL, or is worth knowing about it. */
export type OrgUrlWarningCode =
  | 'org_url_completed'
  | 'org_url_admin_removed'
  | 'org_url_path_removed'
  | 'org_url_custom_as'
  | 'org_url_custom_domain'
  | 'org_url_dev_mode'

/** The text is not the URL of an org that may be called. */
export class OrgUrlError extends PosternError<OrgUrlErrorCode> {
  override readonly name = 'OrgUrlError'
}

/** What to do about each refusal of an org URL, by its code. */
export const orgUrlRemedies: Readonly<Record<OrgUrlErrorCode, string>> = {
  org_url_empty: 'Enter the org URL, for example https://dev-12345678.okta.com',
  org_url_malformed: "This is not a URL. Enter https:// and the org's host, nothing else.",
  org_url_placeholder: "The placeholder was not replaced. Enter your own org's host.",
  org_url_scheme: 'Only https:// is allowed.',
  org_url_userinfo: 'A URL with user information before @ is refused.',
  org_url_port: 'Okta orgs listen on port 443 only. Remove the port.',
  org_url_ip_literal:
    "An IP address is refused. Enter the org's host name; for an emulator, use --dev.",
  org_url_non_ascii:
    'The host has characters that are not ASCII and may imitate another name. Type the host by hand.',
  org_url_not_okta_domain:
    "The host is not under an Okta domain. If it is your org's custom domain, an operator must allow it first: postern domains allow <host>",
  org_url_not_org: "This Okta host is not a tenant. Enter your own org's host.",
  org_url_bad_subdomain:
    'An Okta org is one label before the Okta domain, for example acme.okta.com.',
  org_url_typo: 'The URL is doubled (scheme or .com twice). Enter it once.',
  org_url_multiple: 'Enter one org only.',
}

const messages: Readonly<Record<OrgUrlWarningCode, string>> = {
  org_url_completed: 'https:// or the Okta domain was added.',
  org_url_admin_removed: "-admin was removed: that is the Admin Console's host, not the org's.",
  org_url_path_removed: 'Everything after the host was removed.',
  org_url_custom_as:
    'This was a custom authorization server; management scopes come from the org authorization server.',
  org_url_custom_domain: 'This is a custom domain that the operator allowed.',
  org_url_dev_mode: 'This is a loopback org: for development only.',
}

/**
 * The refusal for a code, with the sentence that says what was found.
 *
 * @param options.remedy - in place of the code's usual remedy, where there is a better one.
 */
export function orgUrlError(
  code: OrgUrlErrorCode,
  observed: string,
  options?: {
    readonly remedy?: string
    readonly details?: Readonly<Record<string, string | number>>
  },
): OrgUrlError {
  return new OrgUrlError(code, observed, {
    remedy: options?.remedy ?? orgUrlRemedies[code],
    ...(options?.details === undefined ? {} : { details: options.details }),
  })
}

/** The warning for a code. */
export function orgUrlWarning(code: OrgUrlWarningCode): Warning<OrgUrlWarningCode> {
  return { code, message: messages[code] }
}
