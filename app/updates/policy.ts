import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** What the file of a managed computer may say. A word that is not here makes the whole file count as unreadable. */
const policySchema = z.strictObject({ version: z.literal(1), updates: z.enum(['on', 'off']).default('on') })

export interface Policy {
  file: string
  updates: 'on' | 'off'
  /** Why the file can't be read, where one is there; then everything that it could forbid is forbidden. */
  problem: string | null
}

/** Where an administrator of the whole computer puts it: users can't write there, or could only forbid more to themselves. */
export function policyFile(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (platform === 'win32') return join(env.ProgramData ?? 'C:\\ProgramData', 'Tenantry', 'policy.json')
  if (platform === 'darwin') return '/Library/Application Support/Tenantry/policy.json'
  return '/etc/tenantry/policy.json'
}

/** Reads the policy; a computer without the file has none. It fails closed. */
export function readPolicy(file: string): Policy {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { file, updates: 'on', problem: null }
    return { file, updates: 'off', problem: `it can’t be opened (${code})` }
  }
  try {
    const { updates } = policySchema.parse(JSON.parse(text.replace(/^\uFEFF/, '')))
    return { file, updates, problem: null }
  } catch (error) {
    const what = error instanceof z.ZodError ? `${error.issues[0]?.path.join('.') || 'its shape'} is not known` : 'it is not JSON'
    return { file, updates: 'off', problem: what }
  }
}
