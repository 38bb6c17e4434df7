import { labelOfRole, scopeBundles } from '@postern/core'
import { expect, test } from 'vitest'
import { texts } from '../../../src/texts.ts'

test.each(Object.entries(scopeBundles))('the guide names the roles of %s', (bundle, { roles }) => {
  const labels = roles.map((type) => labelOfRole({ type })).join(' and ')
  const { bundles } = texts.guide.start
  expect(bundles[bundle as keyof typeof bundles].roles).toMatch(new RegExp(`: ${labels}\\.$`))
})
