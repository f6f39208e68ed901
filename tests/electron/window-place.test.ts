import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepPlace, WindowPlaces, type WindowPlace } from '../../app/electron/window-place.ts'
import { minimumSize } from '../../app/electron/window.ts'

const display = (x: number, y: number, width: number, height: number, scaleFactor = 1) => ({ bounds: { x, y, width, height }, workArea: { x, y: y + 30, width, height: height - 30 }, scaleFactor })
const laptop = display(0, 0, 1440, 900, 2)
const desk = display(1440, 0, 2560, 1440)
const place = (change: Partial<WindowPlace> = {}): WindowPlace => ({ x: 100, y: 100, width: 1000, height: 700, isMaximized: false, isFullScreen: false, ...change })

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-place-'))
  file = join(folder, 'window.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function remembered(...notes: Array<[Array<typeof laptop>, WindowPlace]>): WindowPlaces {
  const places = new WindowPlaces(file)
  for (const [displays, where] of notes) {
    places.note(displays, where)
    places.flush()
  }
  return new WindowPlaces(file)
}

describe('the window’s place', () => {
  it('is the system’s choice at a first start, as large as the display has room for', () => {
    expect(remembered().find([display(0, 0, 1024, 700)])).toEqual({ bounds: { width: 1024, height: 670 }, place: null })
  })

  it('is another one for each configuration of displays, whatever order the system tells them in', () => {
    const places = remembered([[laptop], place()], [[laptop, desk], place({ x: 2000, isMaximized: true })])
    expect(places.find([laptop]).bounds).toEqual({ x: 100, y: 100, width: 1000, height: 700 })
    expect(places.find([desk, laptop])).toMatchObject({ bounds: { x: 2000 }, place: { isMaximized: true } })
    expect(places.find([desk]).place).toBe(null)
  })

  it.each([
    ['off to the left', { x: -950 }],
    ['off to the right', { x: 1400 }],
    ['above the upper edge', { y: 10 }],
    ['below the lower edge', { y: 880 }]
  ])('is not taken where it can’t be seen: %s', (_, where) => {
    expect(remembered([[laptop], place(where)]).find([laptop]).bounds).toEqual({ width: 1000, height: 700 })
  })

  it('may reach over an edge, and is never larger than its display', () => {
    expect(remembered([[laptop], place({ x: -800 })]).find([laptop]).bounds).toMatchObject({ x: -800, y: 100 })
    expect(remembered([[laptop], place({ width: 9000, height: 9000 })]).find([laptop]).bounds).toMatchObject({ width: 1440, height: 870 })
  })

  it.each([['no JSON', '{'], ['a size that is none', JSON.stringify({ version: 1, places: [{ displays: '1440x900@2+0+0', place: place({ width: 3 }) }] })]])('begins anew where its file is broken: %s', (_, text) => {
    writeFileSync(file, text)
    expect(remembered().find([laptop]).place).toBe(null)
  })

  it('is kept for ten configurations', () => {
    const many = Array.from({ length: 12 }, (_, index) => [[display(0, 0, 1000 + index, 900)], place()] as [Array<typeof laptop>, WindowPlace])
    remembered(...many)
    const kept = (JSON.parse(readFileSync(file, 'utf8')) as { places: Array<{ displays: string }> }).places
    expect(kept.map(({ displays }) => displays.slice(0, 4))).toEqual(['1011', '1010', '1009', '1008', '1007', '1006', '1005', '1004', '1003', '1002'])
  })
})

class StandInWindow extends EventEmitter {
  readonly done: string[] = []
  bounds = { x: 1, y: 40, width: 800, height: 600 }
  isMin = false
  isMax = false
  getNormalBounds = () => this.bounds
  isMaximized = () => this.isMax
  isFullScreen = () => false
  isMinimized = () => this.isMin
  maximize = () => void this.done.push('maximize')
  setFullScreen = (on: boolean) => void this.done.push(`full screen ${on}`)
}

describe('a window whose place is kept', () => {
  it('is maximised or full screen again', () => {
    const window = new StandInWindow()
    keepPlace(window, new WindowPlaces(file), () => [laptop], place({ isMaximized: true, isFullScreen: true }))
    expect(window.done).toEqual(['maximize', 'full screen true'])
  })

  it('has its size of before beside it while it is maximised, and is written at its close', () => {
    const window = new StandInWindow()
    keepPlace(window, new WindowPlaces(file), () => [laptop], null)
    expect(window.done).toEqual([])
    window.isMax = true
    window.emit('maximize')
    window.isMin = true
    window.bounds = { x: -32000, y: -32000, width: 160, height: 28 }
    window.emit('move')
    window.emit('close')
    expect(new WindowPlaces(file).find([laptop])).toMatchObject({ bounds: { x: 1, y: 40, width: 800, height: 600 }, place: { isMaximized: true } })
  })
})

it('is never smaller than what shows anything', () => {
  expect(remembered().find([display(0, 0, 200, 200)]).bounds).toEqual(minimumSize)
})
