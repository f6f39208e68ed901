import type { Profile, Service } from '../contract.ts'
import { guardedModules, guardExceptions, objectParameters, readingVerbs, type GuardException } from './commands.ts'

/** What the shell judges a session's commands by; plain enough for PowerShell's JSON. */
export interface GuardRules {
  mode: GuardMode
  /** `-WhatIf` changes nothing and passes. */
  whatIfPasses: boolean
  readingVerbs: readonly string[]
  modules: readonly string[]
  commands: Array<{ name: string; changes: 'always' | 'never' | 'given' | 'unless'; parameters: readonly string[]; values: readonly string[] }>
  objectParameters: readonly string[]
}

/** `ask` before data is changed; `read-only`: nothing that changes data runs. */
export type GuardMode = 'ask' | 'read-only'

/** Null where nobody is asked and nothing is kept from running. */
export function guardMode({ environment, readOnly }: Pick<Profile, 'environment' | 'readOnly'>): GuardMode | null {
  return readOnly ? 'read-only' : environment === 'production' ? 'ask' : null
}

/**
 * -WhatIf does not work in Security & Compliance PowerShell: the command runs
 * (https://learn.microsoft.com/powershell/module/exchangepowershell/add-compliancecasemember, and 171 more of its pages).
 */
export function guardRules(profile: Pick<Profile, 'environment' | 'readOnly'>, service: Service): GuardRules | null {
  const mode = guardMode(profile)
  return mode && { mode, whatIfPasses: service !== 'compliance', readingVerbs, modules: guardedModules, commands: guardExceptions.map(rowOf), objectParameters }
}

/** What is said before the tenant's name in prompt, title and tab. */
export function badgesOf({ environment, readOnly }: Pick<Profile, 'environment' | 'readOnly'>): string[] {
  return [...(environment === 'production' ? ['PRODUCTION'] : []), ...(readOnly ? ['READ-ONLY'] : [])]
}

function rowOf({ name, changes }: GuardException): GuardRules['commands'][number] {
  if (typeof changes === 'string') return { name, changes, parameters: [], values: [] }
  if ('given' in changes) return { name, changes: 'given', parameters: changes.given, values: [] }
  // Not given is an empty text to the shell.
  return { name, changes: 'unless', parameters: [changes.unless.parameter], values: changes.unless.values.map((value) => value ?? '') }
}
