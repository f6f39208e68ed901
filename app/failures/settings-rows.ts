import type { FailureRow } from './row.ts'

/** What a person chose, and the file it stands in. */
export const settingsRows = {
  'setting-refused': {
    message: '“{title}” {problem}.',
    hint: 'Nothing was changed.',
    retryable: false
  },
  'settings-read-only': {
    message: 'The settings can’t be changed: {reason}.',
    hint: 'Mend that and restart Tenantry.',
    retryable: false
  },
  'settings-not-written': {
    message: 'The settings could not be written ({reason}), so nothing was changed.',
    hint: 'Check the disk and the rights on Tenantry’s data folder, then try again.',
    retryable: true
  }
} as const satisfies Record<string, FailureRow>
