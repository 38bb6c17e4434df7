/** @module Whether the private key is whole and sound, and what was repaired in its text. */

import { importKey } from '../../keys/import.ts'
import type { Check } from '../check.ts'
import { ok, remarks } from '../finding.ts'
import { quote } from '../words.ts'

/** Reads and proves the key; asks nobody. */
export const keyCheck: Check = {
  name: 'key',
  question: 'Is the private key whole, sound and strong enough?',
  needs: [],
  credential: 'service-app',
  async *run(examination) {
    const { connection, options } = examination
    const key = await importKey(connection.key?.reveal() ?? '', {
      kid: connection.keyId,
      alg: connection.alg,
      passphrase: connection.passphrase,
      isProbablePrime: options.isProbablePrime,
    })
    examination.learn({ key })
    const size = key.bits === undefined ? `EC ${key.crv}` : `RSA ${key.bits} bits`
    const { kid, alg, thumbprint } = key
    yield ok(`The key is ${size}, signs with ${alg}, and has the kid ${quote(kid)}.`, {
      kid,
      alg,
      thumbprint,
      ...(key.bits === undefined ? { crv: key.crv } : { bits: key.bits }),
    })
    yield* remarks(key.warnings)
    return true
  },
}
