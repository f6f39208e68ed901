import type { KeyPlatform } from '../shortcuts/shortcuts.ts'
import { chordOf } from '../shortcuts/shortcuts.ts'

/** `copy`: taken here. `browser`: left to the browser, whose paste event follows. `shell`: a key like any other. */
export type CopyKey = 'copy' | 'browser' | 'shell'

export interface CopySituation {
  hasSelection: boolean
  /** A command runs, or the shell has no prompt yet. */
  isRunning: boolean
}

/** What a key of copying and pasting does, as each platform's terminals have it. */
export function copyKey(event: Parameters<typeof chordOf>[0], platform: KeyPlatform, { hasSelection, isRunning }: CopySituation): CopyKey {
  const chord = chordOf(event)
  switch (chord) {
    case 'Ctrl+C':
      return hasSelection && !isRunning ? 'copy' : 'shell'
    case 'Ctrl+Shift+C':
      // Without a selection too: in a browser it would open tools for developers.
      return 'copy'
    case 'Meta+C':
      return platform === 'mac' ? 'copy' : 'shell'
    case 'Ctrl+Insert':
      return platform === 'mac' ? 'shell' : 'copy'
    case 'Ctrl+Shift+V':
      return 'browser'
    case 'Meta+V':
      return platform === 'mac' ? 'browser' : 'shell'
    case 'Ctrl+V':
      // PSReadLine pastes with it on Windows, and would do so without a look at it. Elsewhere it is the shell's.
      return platform === 'windows' ? 'browser' : 'shell'
    case 'Shift+Insert':
      return platform === 'mac' ? 'shell' : 'browser'
    default:
      return 'shell'
  }
}

export type RightClick = 'paste' | 'copy' | 'menu'

/** What a right click does: on Windows it copies what is selected and else pastes, elsewhere it opens a menu. */
export function rightClick(setting: 'platform' | 'paste' | 'menu', platform: KeyPlatform, hasSelection: boolean): RightClick {
  const opensMenu = setting === 'menu' || (setting === 'platform' && platform !== 'windows')
  if (opensMenu) return 'menu'
  return hasSelection ? 'copy' : 'paste'
}
