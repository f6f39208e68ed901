import type { AppState } from '../app/contract.ts'

/** Titles of what keeps sessions from a PowerShell, by the failure's code. */
const titles: Record<string, string> = {
  'powershell-too-old': 'PowerShell is too old',
  'scripts-refused': 'PowerShell may not run scripts'
}

/** What the problem is called in a title: whether none was found, or one that can't be used. */
export function powershellProblemTitle(problem: AppState['powershellProblem'] | undefined): string {
  return (problem && titles[problem.failure.code]) ?? 'No PowerShell found'
}
