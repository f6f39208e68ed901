import type { FailureRow } from './row.ts'

/** What goes wrong with a run across tenants, and with the selections of tenants that a person keeps. */
export const runRows = {
  'run-not-found': { message: 'This run is not there any more.', retryable: false },
  'run-script-empty': { message: 'A command is needed.', hint: 'Type one or more lines of PowerShell.', retryable: false, field: 'script' },
  'run-script-too-long': { message: 'The script has more than {limit} characters.', hint: 'Shorten it, or let it call a script file.', retryable: false, field: 'script' },
  'run-script-removed': { message: 'The script still says [removed] where a secret stood.', hint: 'Put the secret in again, or let the script read it where it runs.', retryable: false, field: 'script' },
  'run-script-unreadable': { message: 'PowerShell can’t read the script, so nothing was run. {problem}', hint: 'Mend the script and start it again.', retryable: false, field: 'script' },
  'run-file-unreadable': { message: 'The file can’t be read ({reason}).', hint: 'Choose another one, or check the rights on it.', retryable: true },
  'run-file-too-long': { message: 'The file is longer than {limit} characters, which is the most that a run takes.', hint: 'Shorten it, or type a line that calls it.', retryable: false },
  'run-file-no-text': { message: 'The file is no text that can be read (UTF-8 or UTF-16).', hint: 'Save it as UTF-8 in an editor.', retryable: false },
  'run-service-missing': { message: 'The profile “{name}” has no {service}.', hint: 'Leave it out, or add the service to its profile.', retryable: false },
  'run-nothing-to-retry': { message: 'Nothing of this run failed, was cancelled or was interrupted.', retryable: false },
  'run-script-redacted': { message: 'The script held a secret, which Tenantry did not keep, so it can’t be run again.', hint: 'Start a new run with the whole script.', retryable: false },
  'run-not-asking': { message: 'This run asks nothing any more.', retryable: false },
  'run-other-number': { message: '{number} is not how many tenants this run asks about.', hint: 'Look at the question again: some may be done by now.', retryable: true },
  'run-refused': { message: 'Refused in Tenantry: no command that the guard asks about was run here.', retryable: false },
  'run-interrupted': { message: 'Tenantry ended before this tenant was done, so how far it came is not known.', hint: 'Look at what the command did here before it is run again.', retryable: true },
  'run-command-failed': { message: '{text}', hint: 'The command ended with this error.', retryable: true },
  'run-of-another-tenant': {
    message: 'This tenant was {before} when the run began, and its profile now leads to {after}. Nothing was run there.',
    hint: 'Start a new run where the profile’s tenant is meant.',
    retryable: false
  },
  'run-not-kept': {
    message: 'The run can’t be written down ({reason}), so it was not started.',
    hint: 'Check the disk and the rights on Tenantry’s data folder, then try again.',
    retryable: true
  },
  'run-export-sign-in': { message: '{target} can’t sign in with {signIn}.', hint: 'Choose another way to sign in there.', retryable: false },
  'run-export-service': { message: '{service} can’t be exported to {target} with {signIn}. {reason}', hint: 'Choose another way to sign in there, or run it in Tenantry.', retryable: false },
  'run-export-secret': {
    message: 'The script held a secret, which Tenantry did not keep, and an export would carry it out.',
    hint: 'Start a new run whose script has no secret in it: let it read the secret where it runs.',
    retryable: false
  },
  'run-export-unread': {
    message: 'PowerShell has not read this script yet, so nobody knows whether it holds a secret.',
    hint: 'Export it once the first tenant’s PowerShell has started. A run that ended before that has to be started again.',
    retryable: true
  },
  'run-export-nobody': { message: 'No tenant of this run can be exported. {name}: {reason}', hint: 'Mend the profiles, then export it again.', retryable: false },
  'run-export-too-many-certificates': {
    message: 'The tenants of this run have {count} sign-ins, and GitHub keeps no more than {most} secrets for an environment.',
    hint: 'Choose federated credentials, which need none, or start a run with fewer tenants.',
    retryable: false
  },
  'profile-gone': { message: 'The profile of this tenant is not there any more.', retryable: false },
  'selection-not-found': { message: 'This selection is not there any more.', retryable: false },
  'selection-empty': { message: 'A selection needs a tenant.', retryable: false, field: 'profileIds' },
  'selections-read-only': { message: 'The selections can’t be changed: {reason}.', hint: 'Mend that and restart Tenantry.', retryable: false },
  'selections-changed-elsewhere': {
    message: 'Another Tenantry or program changed the selections’ file meanwhile, so nothing was changed here.',
    hint: 'Close the other one and restart Tenantry: it then shows what is in the file.',
    retryable: false
  },
  'selections-not-written': {
    message: 'The selections could not be written ({reason}), so nothing was changed.',
    hint: 'Check the disk and the rights on Tenantry’s data folder, then try again.',
    retryable: true
  }
} as const satisfies Record<string, FailureRow>
