import { afterEach, describe, expect, it } from 'vitest'
import { Screen } from '../../app/sessions/screen.ts'
import { images, widths } from '../character-widths.ts'

let screen: Screen
afterEach(() => screen.dispose())

/** What the core's screen answers once it has parsed a text. */
function answerTo(text: string): Promise<string> {
  screen = new Screen(80, 24)
  return new Promise((resolve) => {
    screen.onReply(resolve)
    screen.write(Buffer.from(text), () => {})
  })
}

describe('the core’s screen', () => {
  it.each(widths)('gives %s (%s) %i cells', async (_, text, cells) => {
    expect(await answerTo(`\r${text}\x1b[6n`)).toBe(`\x1b[1;${cells + 1}R`)
  })

  it.each(images)('draws no image of %s, and goes on after it', async (_, sequence) => {
    expect(await answerTo(`before${sequence}after\x1b[6n`)).toBe('\x1b[1;12R')
    expect(screen.snapshot().text).toBe('beforeafter')
  })

  it('tells programs that it draws none', async () => {
    // Attribute 4 would be Sixel.
    expect(await answerTo('\x1b[c')).toBe('\x1b[?1;2c')
  })
})
