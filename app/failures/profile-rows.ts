import type { FailureRow } from './row.ts'

/** What goes wrong with profiles: their form, their file, their import. */
export const profileRows = {
  'name-missing': {
    message: 'A name is needed.',
    hint: 'Type a name of up to 120 characters.',
    retryable: false,
    field: 'name'
  },
  'name-unusable': {
    message: 'The name is too long or holds characters that can’t be shown.',
    hint: 'Type a name of up to 120 printable characters.',
    retryable: false,
    field: 'name'
  },
  'name-taken': {
    message: 'There is already one named “{name}”.',
    hint: 'Type another name; capital and small letters count as the same.',
    retryable: false,
    field: 'name'
  },
  'not-a-client-id': {
    message: 'That is not an application (client) ID.',
    hint: 'Copy the application (client) ID from the app registration’s overview: a GUID, not the name and not the object ID.',
    retryable: false,
    field: 'clientId'
  },
  'credential-missing': {
    message: 'The {what} is needed.',
    hint: 'Enter it, or choose “Ask each time”.',
    retryable: false
  },
  'folder-missing': {
    message: 'The working folder “{folder}” is not a folder on this computer.',
    hint: 'Choose a folder that is there, or leave the field empty.',
    retryable: false,
    field: 'workingFolder'
  },
  'folder-remote': {
    message: 'The working folder “{folder}” is on the network and was not chosen in Tenantry’s own dialog.',
    hint: 'Choose it there, map it to a drive letter, or leave the field empty.',
    retryable: false,
    field: 'workingFolder'
  },
  'sign-in-other-host': {
    message: 'The sign-in “{signIn}” is confirmed for {confirmed}, not for {wanted}, and other profiles use it there.',
    hint: 'Make a new sign-in for this cloud.',
    retryable: false,
    field: 'signIn'
  },
  'sign-in-in-use': {
    message: 'The sign-in “{signIn}” is still used by {count} of the profiles.',
    hint: 'Give those profiles another sign-in, or delete them first.',
    retryable: false
  },
  'profiles-read-only': {
    message: 'The profiles can’t be changed: {reason}.',
    hint: 'Mend that and restart Tenantry.',
    retryable: false
  },
  'profiles-changed-elsewhere': {
    message: 'Another Tenantry or program changed the profiles’ file meanwhile, so nothing was changed here.',
    hint: 'Close the other one and restart Tenantry: it then shows what is in the file.',
    retryable: false
  },
  'profiles-not-written': {
    message: 'The profiles could not be written ({reason}), so nothing was changed.',
    hint: 'Check the disk and the rights on Tenantry’s data folder, then try again.',
    retryable: true
  },
  'import-unreadable': {
    message: 'This can’t be imported: {reason}.',
    hint: 'Choose a file that Tenantry exported, or a CSV file with a column “domain”.',
    retryable: false
  },
  'import-too-long': {
    message: 'This has more than {limit} rows.',
    hint: 'Import it in parts.',
    retryable: false
  }
} as const satisfies Record<string, FailureRow>
