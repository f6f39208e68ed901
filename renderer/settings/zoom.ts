import type { Failure } from '../../app/contract.ts'
import { settingsTable } from '../../app/settings/table.ts'
import { settings, within } from './settings.svelte.ts'

export type Zoom = 'zoom-in' | 'zoom-out' | 'zoom-reset'

/** Makes the text of all terminals larger or smaller, or as large as at first. */
export function zoomTerminals(zoom: Zoom, onFailure: (failure: Failure) => void): void {
  const key = 'terminal.fontSize'
  const size = zoom === 'zoom-reset' ? settingsTable[key].default : within(key, settings.values[key] + (zoom === 'zoom-in' ? 1 : -1))
  if (size !== settings.values[key]) settings.changeSoon(key, size, onFailure)
}
