/** @module The grant types of Okta's authorization servers. */

/** The one that service apps use. @see RFC 6749, section 4.4 */
export const clientCredentials = 'client_credentials'

/**
 * What the token endpoint knows. All but `client_credentials` need a person, and the emulator has given none of them
 * anything to redeem.
 *
 * @see okta/terraform-provider-okta, the recorded metadata of an org - `grant_types_supported`
 */
export const tokenGrantTypes: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'password',
  clientCredentials,
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:okta:params:oauth:grant-type:otp',
  'urn:okta:params:oauth:grant-type:oob',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
]
