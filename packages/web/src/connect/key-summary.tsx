/** @module What was understood of a private key, in the place of its text. */

import type { ReactNode } from 'react'
import { texts } from '../texts.ts'
import type { KeyEntry } from './draft.ts'

/** The summary. */
export function KeySummary({
  id,
  entry,
  keyId,
  onReplace,
}: {
  readonly id: string
  readonly entry: KeyEntry & { readonly at: 'understood' }
  /** The Key ID that was entered beside the key. */
  readonly keyId: string
  readonly onReplace: () => void
}): ReactNode {
  const words = texts.form.key
  const { key } = entry
  const { kid, kidGiven, warnings } = key
  const repairs = warnings.filter(({ code }) => code !== 'kid_derived')
  const ownKeyId = kidGiven ? kid : words.noKeyId
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fieldset, for there is nothing to fill in
    <div className="summary" role="group" id={id} tabIndex={-1} aria-label={words.label}>
      <div>
        <p className="summary-title" role="status">
          {words.understood}
        </p>
        <dl>
          <dt>{words.kind}</dt>
          <dd>{key.bits === undefined ? words.ec(key.crv ?? '') : words.rsa(key.bits)}</dd>
          <dt>{words.algorithm}</dt>
          <dd>{key.alg}</dd>
          <dt>{words.keyId}</dt>
          <dd>{keyId.trim() || ownKeyId}</dd>
          {repairs.length > 0 && (
            <>
              <dt>{words.repaired}</dt>
              <dd>
                {repairs.map(({ code, message }) => (
                  <p key={code}>{message}</p>
                ))}
              </dd>
            </>
          )}
        </dl>
      </div>
      <button type="button" className="link-button" onClick={onReplace}>
        {words.replace}
      </button>
    </div>
  )
}
