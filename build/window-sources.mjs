/** The files of app/ that the window may import; of the contract, its types alone. */
export const windowImports = [
  'arrangement.ts',
  'character-widths.ts',
  'command-marks.ts',
  'contract-values.ts',
  'contract.ts',
  'frames.ts',
  'powershell/single-quoted.ts',
  'scrollback.ts',
  'search-words.ts',
  'settings/check.ts',
  'settings/table.ts',
  'shell-marks.ts',
  'snippets/text.ts',
  'untrusted-output.ts'
]

/** What those import in their turn. */
const behindThem = ['snippets/scan.ts', 'terminal-text.ts']

/** All that the built window comes of: files and folders, from the root. */
export const windowSources = [
  'renderer',
  ...[...windowImports, ...behindThem].map((file) => `app/${file}`),
  'build/vite.renderer.config.ts',
  'build/notices.mjs',
  'package-lock.json'
]
