import type { FailureRow } from './row.ts'

/** What goes wrong with tables of results. */
export const gridRows = {
  'grid-not-found': { message: 'This table is closed.', hint: 'Run the command again with | Out-TenantGrid.', retryable: false },
  'grid-arranged-anew': { message: 'The table was sorted, filtered or filled anew meanwhile.', retryable: true },
  'grid-not-awaited': { message: 'No command waits for rows of this table any more.', hint: 'Run it again with -PassThru.', retryable: false },
  'grid-too-long': { message: 'This is too much for {what}.', hint: 'Filter the table, or choose fewer columns.', retryable: false },
  'result-while-busy': {
    message: 'A command is running.',
    hint: 'Its result can be shown as a table once it has ended.',
    retryable: true
  },
  'result-nothing': {
    message: 'The last command left no objects to show: it put them into a variable or a file, printed text of a program, or had none.',
    hint: 'Tenantry does not run it again. Run it with | Out-TenantGrid.',
    retryable: false
  },
  'result-formatted': {
    message: 'The last command’s result was formatted for the screen (by Format-Table or its like), so its values are gone.',
    hint: 'Tenantry does not run it again. Run it with Out-TenantGrid in the place of the Format command.',
    retryable: false
  },
  'result-not-shown': { message: 'The last result could not be shown as a table: {reason}', retryable: true }
} as const satisfies Record<string, FailureRow>
