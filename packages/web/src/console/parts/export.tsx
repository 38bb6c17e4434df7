/** @module Takes a list along, whole, as a file of a spreadsheet or of JSON lines. */

import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { RefusedError } from '../../client.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { client } from '../server.ts'
import { ErrorState } from './error-state.tsx'

const { table: texts } = shellTexts

const FORMATS = [
  { ending: 'csv', type: 'text/csv', name: texts.exportCsv },
  { ending: 'jsonl', type: 'application/jsonl', name: texts.exportJson },
] as const

/** The buttons. @param of.name - of the file, without its ending. */
export function Export(of: { readonly path: string; readonly name: string }): ReactNode {
  const { path, name } = of
  const exporting = useMutation<void, RefusedError, (typeof FORMATS)[number]>({
    mutationFn: async ({ ending, type }) => {
      save(await client.download(path, type), `${name}.${ending}`)
    },
  })
  const { isPending, variables, error } = exporting
  return (
    <div className="export">
      <span className="quiet">{texts.export}</span>
      {FORMATS.map((format) => (
        <button
          className="button small"
          type="button"
          disabled={isPending}
          onClick={() => exporting.mutate(format)}
          key={format.ending}
        >
          {isPending && variables === format ? texts.exporting : format.name}
        </button>
      ))}
      {error !== null && <ErrorState problem={error.problem} />}
    </div>
  )
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
