import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connected, enter, tryIt, valuesOf } from './entering.ts'
import { type ConnectPlace, invitePerson, openPlace } from './invited-person.ts'

/** Where a reader of the documents finds a word of theirs. */
const places = {
  /** The name of a field of the form, or one of its other names. */
  field: namesOfForm,
  /** A value that is fixed, or that can be chosen. */
  value: valuesOfForm,
  /** A word of the Admin Console, set in bold by the guide. */
  guide: wordsOfGuide,
  /** The text of the guide. */
  guideText: textOf('.guide-start, .steps'),
  /** The text of the last view. */
  connected: textOf('main'),
} as const

type Place = keyof typeof places

/**
 * Every label that the five documents quote, by its row as mission.test.ts numbers them. These are labels of no form, and stand elsewhere:
 *
 * - 0.7 *Use Okta key generator*, 0.8 *Create your own key*: two ways to a key. The guide makes it here; `postern keys generate` makes one for the form.
 * - 0.16 *Submit*: the button says what it does, *Try it and connect*.
 * - 3.2 *API Key* as a method is *API token*, the card's other name.
 * - 4.16 the *PEM* button of Okta's dialog: the form takes JWK and PEM alike, so that nobody needs to press it.
 * - 4.20 *API Endpoint Path*, *Method*: an operator declares such an action in postern.yaml.
 */
const labels: readonly (readonly [row: string, place: Place, ...words: string[]])[] = [
  ['0.1', 'field', 'Client ID', 'Private Key (JWK)', 'Okta Domain', 'Scopes'],
  ['0.3', 'guide', 'Create App Integration', 'API Services', 'Next', 'Save'],
  ['0.4', 'guide', 'General', 'Client ID'],
  ['0.5', 'guide', 'Public key / Private key'],
  ['0.6', 'field', 'Proof of possession (DPoP)'],
  ['0.7', 'guide', 'Add key', 'Generate new key'],
  ['0.7', 'guideText', 'PUBLIC KEYS'],
  ['0.11', 'guide', 'Settings', 'Account'],
  ['0.13', 'guide', 'Okta API Scopes'],
  ['0.14', 'guide', 'Security', 'Administrators', 'Add administrator', 'Admin roles'],
  ['0.14', 'guideText', 'Read-Only Administrator'],
  ['0.16', 'connected', 'Token', 'Scopes granted', 'Admin role', 'Live read', 'DPoP'],
  ['1.3', 'guide', 'Public key / Private key'],
  ['2.1', 'guide', 'Super Administrator'],
  ['2.1', 'guideText', 'Application Administrator'],
  ['2.2', 'guide', 'Client authentication', 'Add key'],
  ['2.4', 'guideText', 'Application Administrator', 'Group Administrator'],
  ['2.5', 'field', 'Okta Domain', 'Client ID', 'Private Key PEM', 'KID'],
  ['3.1', 'connected', 'Users', 'Groups', 'Apps', 'System Log'],
  ['3.2', 'field', 'API Key', 'OAuth 2.0 (Service App)'],
  ['3.3', 'field', 'Org URL'],
  ['3.3', 'connected', 'Cron', 'Backfill Start Time'],
  ['3.4', 'field', 'API Key', 'RSA Private Key', 'Client ID', 'Key ID'],
  ['3.6', 'guide', 'Client Credentials', 'Edit', 'Public key / Private key', 'Generate new key'],
  [
    ...(['3.7', 'guide'] as const),
    'Require Demonstrating Proof of Possession (DPoP) header in token requests',
  ],
  ['4.1', 'field', 'Connection Name', 'Description'],
  ['4.2', 'field', 'Base URL'],
  ['4.3', 'field', 'Auth Config', 'JWT Auth'],
  ['4.4', 'field', 'Private Key'],
  ['4.5', 'field', 'Client ID', 'KID'],
  ['4.6', 'field', 'Jwt Auth Algorithm'],
  ['4.6', 'value', ...['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'].map(optionOf)],
  ['4.7', 'field', 'Jwt Auth Claims Expiry Seconds'],
  ['4.8', 'field', 'Jwt Auth Claims Issuer', 'Jwt Auth Claims Subject'],
  ['4.9', 'field', 'Jwt Auth Claims Audience'],
  ['4.10', 'field', 'Jwt Auth Oauth2 Access Token Request URL'],
  ['4.11', 'field', 'Assertion Key'],
  ['4.12', 'value', 'Accept', 'application/json'],
  ['4.12', 'value', 'Content-Type', 'application/x-www-form-urlencoded'],
  ['4.13', 'value', 'client_assertion_type'],
  ['4.13', 'value', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
  ['4.14', 'value', 'scope', 'grant_type', 'client_credentials'],
  ['4.15', 'guide', 'Save keys in Okta', 'Configuration'],
  ['4.15', 'value', 'Save keys in Okta', 'Use a URL to fetch keys dynamically'],
  ['4.16', 'guide', 'Done', 'Save'],
  ['4.17', 'guide', 'General Settings'],
  [
    ...(['4.17', 'field'] as const),
    'Require Demonstrating Proof of Possession (DPoP) header in token requests',
  ],
  ['4.18', 'guide', 'Grant'],
  ['4.19', 'guide', 'Admin roles', 'Edit assignments', 'Save Changes'],
  ['API token', 'guide', 'Security', 'API', 'Tokens', 'Create token'],
]

let place: ConnectPlace

beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.kept.close())

it('has a place for every label that the five documents quote', async () => {
  const { page, desk } = await invitePerson(place)
  const found: Record<Place, string[]> = {
    ...{ field: [], value: [], guide: [], guideText: [], connected: [] },
  }
  const collect = async (...names: readonly Place[]) => {
    for (const name of names) found[name].push(...(await places[name](page)))
  }
  await page.getByText('Advanced JWT').click()
  await collect('field', 'value')
  await page.getByRole('radio', { name: 'API token' }).first().check()
  await collect('field')

  await page.getByRole('radio', { name: /Guide me/ }).check()
  await page.locator('#field-guide-org').fill(desk.org.url)
  await page.locator('#field-guide-org').press('Tab')
  await page.getByText(`connect to ${desk.org.url}`).last().waitFor()
  await collect('guide', 'guideText')
  await page
    .getByRole('radio', { name: /^API token/ })
    .last()
    .check()
  await page.getByRole('button', { name: 'Show me the steps' }).click()
  await page.locator('.steps').waitFor()
  await collect('guide', 'guideText')
  await page.getByRole('button', { name: 'Choose again' }).click()
  // What was chosen is still there.
  expect(await page.locator('#field-guide-org').inputValue()).toBe(desk.org.url)
  await page
    .getByRole('radio', { name: /^OAuth 2.0/ })
    .last()
    .check()
  await page.getByRole('button', { name: 'Show me the steps' }).click()
  await page.locator('.steps').waitFor()
  await collect('guide', 'guideText')

  await page.getByRole('radio', { name: /I have the values/ }).check()
  await page
    .getByRole('radio', { name: /^OAuth 2.0/ })
    .first()
    .check()
  await enter(page, valuesOf(desk.org))
  await tryIt(page)
  await connected(page)
  await collect('connected')

  const missing = labels.flatMap(([row, where, ...words]) =>
    words
      .filter((word) => !found[where].some((text) => holds(where, text, word)))
      .map((word) => `${row} ${where}: ${word}`),
  )
  expect(missing).toEqual([])
})

function holds(where: Place, text: string, word: string): boolean {
  return where === 'guideText' || where === 'connected' ? text.includes(word) : text === word
}

function optionOf(alg: string): string {
  return `${alg} (JWT_ALGORITHM_${alg})`
}

/** The labels of the fields, and their other names. */
async function namesOfForm(page: Page): Promise<readonly string[]> {
  const form = page.locator('form.values')
  const labels = form.locator('.field-label, legend, .choice-name')
  const own = await labels.evaluateAll((nodes) => nodes.map((node) => node.firstChild?.textContent))
  const also = await form.locator('.also').allInnerTexts()
  const others = also.flatMap((text) =>
    text
      .trim()
      .replace(/^also called /, '')
      .split(', '),
  )
  return [...own.map((text) => (text ?? '').trim()), ...others]
}

function valuesOfForm(page: Page): Promise<readonly string[]> {
  return page.locator('form.values').locator('dt, dd, option').allTextContents()
}

function wordsOfGuide(page: Page): Promise<readonly string[]> {
  return page.locator('strong').allTextContents()
}

function textOf(selector: string) {
  return (page: Page): Promise<readonly string[]> => page.locator(selector).allTextContents()
}
