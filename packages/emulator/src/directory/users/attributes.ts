/** @module The attributes that a user's profile may have: Okta's own, and those that an administrator added. */

import type { Org } from '../../state/org.ts'
import type { CustomAttribute } from '../../state/user.ts'

/**
 * Okta's own attributes with the titles of the default schema, in its order. All are text.
 *
 * @see Okta, "User profile base subschema"
 */
export const baseAttributes: ReadonlyMap<string, string> = new Map([
  ['login', 'Username'],
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['middleName', 'Middle name'],
  ['honorificPrefix', 'Honorific prefix'],
  ['honorificSuffix', 'Honorific suffix'],
  ['email', 'Primary email'],
  ['title', 'Title'],
  ['displayName', 'Display name'],
  ['nickName', 'Nickname'],
  ['profileUrl', 'Profile Url'],
  ['secondEmail', 'Secondary email'],
  ['mobilePhone', 'Mobile phone'],
  ['primaryPhone', 'Primary phone'],
  ['streetAddress', 'Street address'],
  ['city', 'City'],
  ['state', 'State'],
  ['zipCode', 'Zip code'],
  ['countryCode', 'Country code'],
  ['postalAddress', 'Postal Address'],
  ['preferredLanguage', 'Preferred language'],
  ['locale', 'Locale'],
  ['timezone', 'Time zone'],
  ['userType', 'User type'],
  ['employeeNumber', 'Employee number'],
  ['costCenter', 'Cost center'],
  ['organization', 'Organization'],
  ['division', 'Division'],
  ['department', 'Department'],
  ['managerId', 'ManagerId'],
  ['manager', 'Manager'],
])

/** Those without which there is no user. */
export const requiredAttributes = ['firstName', 'lastName', 'email', 'login'] as const

/** What an attribute of this name holds; undefined where the schema has none. */
export function attributeType(org: Org, name: string): CustomAttribute['type'] | undefined {
  return baseAttributes.has(name) ? 'string' : org.userAttributes.get(name)?.type
}
