import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { PasteByClick } from '../../app/electron/paste-by-click.ts'

function aWindow() {
  const contents = Object.assign(new EventEmitter(), { pasted: 0, isDestroyed: (): boolean => false, paste: () => void contents.pasted++ })
  const lines: string[] = []
  const clock = { now: 10_000 }
  const pasting = new PasteByClick(() => clock.now, (line) => lines.push(line))
  pasting.follow(contents as never)
  return { contents, lines, clock, pasting, press: (name: string, type: string) => contents.emit(name, {}, { type }) }
}

describe('a paste that the window asks for', () => {
  it.each([['before-mouse-event', 'mouseDown'], ['before-mouse-event', 'mouseUp'], ['before-input-event', 'keyDown']])('is done after %s %s, once', (name, type) => {
    const { contents, pasting, press, lines } = aWindow()
    press(name, type)
    expect([pasting.paste(), pasting.paste()]).toEqual([true, false])
    expect(contents.pasted).toBe(1)
    expect(lines).toHaveLength(1)
  })

  it('is refused and logged where nobody pressed anything, or long after it', () => {
    const { contents, pasting, press, lines, clock } = aWindow()
    expect(pasting.paste()).toBe(false)
    press('before-mouse-event', 'mouseMove')
    expect(pasting.paste()).toBe(false)
    press('before-mouse-event', 'mouseDown')
    clock.now += 2000
    expect(pasting.paste()).toBe(false)
    expect(contents.pasted).toBe(0)
    expect(lines).toEqual(Array(3).fill('refused in the window: a paste that nobody asked for'))
  })

  it('goes nowhere where the window is gone', () => {
    const { contents, pasting, press } = aWindow()
    press('before-mouse-event', 'mouseDown')
    contents.isDestroyed = () => true
    expect(pasting.paste()).toBe(false)
    expect(new PasteByClick(Date.now, () => {}).paste()).toBe(false)
  })
})
