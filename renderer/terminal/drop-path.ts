import { singleQuoted } from '../../app/powershell/single-quoted.ts'

const wildcards = /[[\]*?]/

/** Whether what stands before the cursor wants a path as it is; every other -Path takes wildcards. */
const literalParameter = /\s-(?:LiteralPath|LP|PSPath)[\s:]+$/i

/**
 * A file's path as PowerShell reads it, as one argument: in single quotes, where nothing but a quote has a meaning.
 * Brackets are a wildcard to cmdlets, so they get a backtick, as PowerShell's own completion writes them, but not after
 * -LiteralPath. Null for a name that can't be typed: with a line end or another control character in it.
 *
 * @param before the line that it is dropped into, up to the cursor
 */
export function quotedPath(path: string, before = ''): string | null {
  if (path === '' || /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(path)) return null
  const isPattern = wildcards.test(path) && !literalParameter.test(before)
  const escaped = isPattern ? path.replace(/[[\]*?`]/g, '`$&') : path
  return singleQuoted(escaped)
}

/** Several files as PowerShell's list of arguments; null where one of them can't be typed. */
export function quotedPaths(paths: readonly string[], before = ''): string | null {
  const quoted = paths.map((path) => quotedPath(path, before))
  return quoted.includes(null) || quoted.length === 0 ? null : quoted.join(', ')
}
