import type { FailureRow } from './row.ts'

/** What goes wrong with snippets: their form, their file, and putting them into a session. */
export const snippetRows = {
  'snippet-not-found': { message: 'This snippet is not there any more.', retryable: false },
  'snippet-empty': { message: 'A text is needed.', hint: 'Type one or more lines of PowerShell.', retryable: false, field: 'text' },
  'snippet-too-long': { message: 'The text has more than {limit} characters.', hint: 'Keep it as a script, and the call of it as a snippet.', retryable: false, field: 'text' },
  'snippet-unreadable': { message: 'The text can’t be used. {problem}', retryable: false, field: 'text' },
  'snippet-value-missing': { message: '“{name}” needs a value.', retryable: false },
  'snippet-value-unusable': { message: 'The value of “{name}” can’t be used. {problem}', retryable: false },
  'snippet-of-another-tenant': {
    message: 'The snippet belongs to another tenant than “{name}”.',
    hint: 'Make it one for all tenants to run it there.',
    retryable: false
  },
  'snippet-syntax': { message: 'PowerShell can’t read the snippet, so nothing was typed in “{name}”. {problem}', hint: 'Change the snippet.', retryable: false },
  'snippets-read-only': { message: 'The snippets can’t be changed: {reason}.', hint: 'Mend that and restart Tenantry.', retryable: false },
  'snippets-changed-elsewhere': {
    message: 'Another Tenantry or program changed the snippets’ file meanwhile, so nothing was changed here.',
    hint: 'Close the other one and restart Tenantry: it then shows what is in the file.',
    retryable: false
  },
  'snippets-not-written': {
    message: 'The snippets could not be written ({reason}), so nothing was changed.',
    hint: 'Check the disk and the rights on Tenantry’s data folder, then try again.',
    retryable: true
  },
  'prompt-missing': { message: '“{name}” is not connected, so nothing was typed there.', hint: 'Connect it first.', retryable: true },
  'prompt-busy': { message: 'A command is running in “{name}”, so nothing was typed there.', hint: 'Try again once its prompt is back.', retryable: true },
  'prompt-not-empty': {
    message: 'Something is typed already at the prompt of “{name}”, so nothing was added to it.',
    hint: 'Run that line or clear it first, or insert the snippet without running it.',
    retryable: true
  },
  'prompt-silent': { message: '“{name}” did not answer in time, so nothing was typed there.', hint: 'Try again once its prompt is back.', retryable: true }
} as const satisfies Record<string, FailureRow>
