/** @module Where the emulator differs from a recording on purpose, each with its reason. */

/** One difference; `difference` is the line that the comparison gives. */
export interface ReviewedDifference {
  readonly recording: RegExp
  readonly difference: string
  readonly why: string
}

const of2020 = /^(?:grants-0|groups-0[24]|users-0[2378]|users-11)/

/** All of them. A difference that is gone must leave the list. */
export const reviewed: readonly ReviewedDifference[] = [
  ...[
    'header public-key-pins-report-only: recorded, not given',
    'header content-security-policy-report-only: recorded, not given',
    'header report-to: recorded, not given',
    'header accept-ch: given, not recorded',
    'header content-security-policy: given, not recorded',
    'header referrer-policy: given, not recorded',
  ].map((difference) => ({
    recording: of2020,
    difference,
    why: 'Okta changed these headers after 2020; the emulator sends the set of the recordings of 2025 and 2026.',
  })),
  {
    recording: /^errors-429/,
    difference: 'header content-security-policy-report-only: recorded, not given',
    why: 'A second policy for browsers, in this one recording of 2025 only.',
  },
  {
    recording: /^apps-03/,
    difference:
      'body/orn: orn:oktapreview:idp:<00o>:apps:oidc_client:<0oa> recorded, orn:okta:idp:<00o>:apps:oidc_client:<0oa> given',
    why: 'The recorded org is a preview org.',
  },
  ...[
    'header content-disposition: recorded, not given',
    'header etag: given, not recorded',
    'body/_links/resetFactors: extra',
  ].map((difference) => ({
    recording: /^users-07/,
    difference,
    why: 'One read of a staged user in 2020; those of 2025 and 2026 have an Etag and the link.',
  })),
  ...[0, 1, 2].flatMap((group) =>
    ['medium', 'large'].map((size, logo) => ({
      recording: /^groups-02/,
      difference: `body/${group}/_links/logo/${logo}/href: <cdn>/assets/img/logos/groups/okta-${size}.<hash>.png recorded, <cdn>/assets/img/logos/groups/odyssey/okta-${size}.<hash>.png given`,
      why: 'Okta moved its pictures after 2020.',
    })),
  ),
]
