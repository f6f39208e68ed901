import type { BrowserWindow, Display, Rectangle } from 'electron'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { replaceFile, sweepDrafts } from '../atomic-file.ts'
import { firstSize, minimumSize, type Bounds } from './window.ts'

/** Who drags a window writes the file once. */
const writeDelayMs = 500
/** Docked, at home, in two meeting rooms; older ones are forgotten. */
const mostConfigurations = 10
/** So much of the upper edge is in sight that it can be seen and dragged, in pixels. */
const grip = { width: 120, height: 30 }

const placeSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(minimumSize.width).max(20_000),
  height: z.number().int().min(minimumSize.height).max(20_000),
  isMaximized: z.boolean(),
  isFullScreen: z.boolean()
})
/** Where a window is when it is neither maximised nor full screen, and whether it is; in device-independent pixels. */
export type WindowPlace = z.infer<typeof placeSchema>
const fileSchema = z.object({ version: z.literal(1), places: z.array(z.object({ displays: z.string(), place: placeSchema })).max(mostConfigurations) })

type Screen = Pick<Display, 'bounds' | 'workArea' | 'scaleFactor'>

/** Which displays are there, as one text: the same ones in the same places give the same text. */
export function configurationOf(displays: Screen[]): string {
  return displays.map(({ bounds: { x, y, width, height }, scaleFactor }) => `${width}x${height}@${scaleFactor}+${x}+${y}`).sort().join(' ')
}

/** Remembers where the window was, for each configuration of displays. An unreadable file counts as an empty one. */
export class WindowPlaces {
  readonly #file: string
  #timer: NodeJS.Timeout | undefined
  #waiting: (() => void) | null = null

  constructor(file: string) {
    this.#file = file
    sweepDrafts(file)
  }

  /** Where a new window goes. Where it was is taken only as far as it can be seen on a display that is there. */
  find(displays: Screen[]): { bounds: Partial<Bounds>; place: WindowPlace | null } {
    const place = this.#read().find((one) => one.displays === configurationOf(displays))?.place ?? null
    const seenOn = place && displays.find(({ workArea }) => isInSight(place, workArea))
    const room = (seenOn ?? displays[0])?.workArea ?? firstSize
    const wanted = place ?? firstSize
    const size = { width: Math.max(minimumSize.width, Math.min(wanted.width, room.width)), height: Math.max(minimumSize.height, Math.min(wanted.height, room.height)) }
    return { bounds: { ...(place && seenOn ? { x: place.x, y: place.y } : {}), ...size }, place }
  }

  /** Writes soon. */
  note(displays: Screen[], place: WindowPlace): void {
    const known = configurationOf(displays)
    this.#waiting = () => {
      const places = [{ displays: known, place }, ...this.#read().filter((one) => one.displays !== known)].slice(0, mostConfigurations)
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      replaceFile(this.#file, JSON.stringify({ version: 1, places }))
    }
    this.#timer ??= setTimeout(() => this.flush(), writeDelayMs)
  }

  /** Writes what waits. A disk that does not take it costs the place, and nothing else. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const write = this.#waiting
    this.#waiting = null
    try {
      write?.()
    } catch {
      // The next start opens the window where it opens the first time.
    }
  }

  #read(): z.infer<typeof fileSchema>['places'] {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8'))).places
    } catch {
      return []
    }
  }
}

function isInSight(place: Rectangle, area: Rectangle): boolean {
  const across = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x)
  return across >= grip.width && place.y >= area.y && place.y + grip.height <= area.y + area.height
}

export type PlacedWindow = Pick<BrowserWindow, 'getNormalBounds' | 'isMaximized' | 'isFullScreen' | 'isMinimized' | 'maximize' | 'setFullScreen'> & {
  on(event: 'resize' | 'move' | 'maximize' | 'unmaximize' | 'enter-full-screen' | 'leave-full-screen' | 'close', listener: () => void): unknown
}

/** Gives a new window the state that was remembered, and remembers what becomes of it. */
export function keepPlace(window: PlacedWindow, places: WindowPlaces, displays: () => Screen[], place: WindowPlace | null): void {
  if (place?.isMaximized) window.maximize()
  if (place?.isFullScreen) window.setFullScreen(true)
  const note = () => {
    if (window.isMinimized()) return
    const { x, y, width, height } = window.getNormalBounds()
    places.note(displays(), { x, y, width, height, isMaximized: window.isMaximized(), isFullScreen: window.isFullScreen() })
  }
  for (const event of ['resize', 'move', 'maximize', 'unmaximize', 'enter-full-screen', 'leave-full-screen'] as const) window.on(event, note)
  window.on('close', () => {
    note()
    places.flush()
  })
}
