import type { RunExport } from '../../contract.ts'

/** One file of an export, by its path in the archive. */
export type ExportFile = RunExport['files'][number]

/** JSON in ASCII alone, which every engine's editor and every PowerShell reads as the same. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
