import { accountRows } from './account-rows.ts'
import { credentialRows } from './credential-rows.ts'
import { expiryRows } from './expiry-rows.ts'
import { gridRows } from './grid-rows.ts'
import { profileRows } from './profile-rows.ts'
import type { FailureRow } from './row.ts'
import { runRows } from './run-rows.ts'
import { sessionRows } from './session-rows.ts'
import { settingsRows } from './settings-rows.ts'
import { signInRows } from './sign-in-rows.ts'
import { snippetRows } from './snippet-rows.ts'
import { updateRows } from './update-rows.ts'

export type { FailureRow } from './row.ts'

/** Every failure an admin can meet: what happened and what to do next. Sentences are plain text and name no secret. */
export const failureTable = { ...signInRows, ...accountRows, ...credentialRows, ...expiryRows, ...sessionRows, ...profileRows, ...updateRows, ...settingsRows, ...gridRows, ...snippetRows, ...runRows } as const satisfies Record<string, FailureRow>

export type FailureCode = keyof typeof failureTable

type PlaceholdersIn<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholdersIn<Rest> : never
type SentencesOf<C extends FailureCode> = (typeof failureTable)[C] extends infer R
  ? (R extends { message: infer M } ? M : never) | (R extends { hint: infer H } ? H : never)
  : never

/** What the sentences of a code name: a missing parameter does not compile. */
export type FailureParameters<C extends FailureCode> = Record<PlaceholdersIn<SentencesOf<C>>, string | number>
