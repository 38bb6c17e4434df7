/** @module How many rows a backup has, for people and programs. */

import type { BackupEnd } from '../../store/backup-format.ts'
import type { GlobalOptions } from '../global-options.ts'
import { formatFields, printData } from '../output.ts'

/** Prints how many rows of each table there are. */
export async function printRows(rows: BackupEnd['rows'], options: GlobalOptions): Promise<void> {
  const shown = Object.entries(rows).filter(([, count]) => count > 0)
  await printData(
    { rows },
    {
      format: options.output,
      text: () => formatFields(shown.map(([table, count]) => [table, String(count)])),
    },
  )
}
