/** @module docs/doctor.md says what the doctor does. */

import { expect, test } from 'vitest'
import { compareDoctorDocs } from '../scripts/doctor-docs.ts'

test('the tables of docs/doctor.md are those of the code; node --conditions=source scripts/doctor-docs.ts writes them', () => {
  const { found, wanted } = compareDoctorDocs()
  expect(found).toBe(wanted)
})
