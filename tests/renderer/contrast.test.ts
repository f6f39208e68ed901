import { describe, expect, it } from 'vitest'
import { browserForTests, type TestWindow } from './window-in-chromium.ts'

const browser = browserForTests()

const schemes = ['dark', 'light'] as const
type Media = Parameters<TestWindow['page']['emulateMedia']>[0]

async function aDesk(media: Media): Promise<TestWindow> {
  const window = await browser.openWindow()
  await window.page.emulateMedia(media)
  await window.connect('Fabrikam demo')
  await window.connect('Contoso demo')
  window.core.changeSession(window.core.sessionOf('Fabrikam demo'), { unseen: 'A command ended after 43 s' })
  await window.page.getByText('●').waitFor()
  return window
}

/** The relative luminance contrast (WCAG) of each of the page's colour variables to a background of the page. */
function contrasts({ page }: TestWindow, names: string[], background: string): Promise<Record<string, number>> {
  return page.evaluate(
    ([names, background]) => {
      const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
      const luminance = (name: string) => {
        context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name)
        context.fillRect(0, 0, 1, 1)
        const [red = 0, green = 0, blue = 0] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
      }
      const behind = luminance(background)
      return Object.fromEntries(names.map((name) => [name, (Math.max(luminance(name), behind) + 0.05) / (Math.min(luminance(name), behind) + 0.05)]))
    },
    [names, background] as const
  )
}

describe.each(schemes)('the window where the system is %s', (colorScheme) => {
  it('shows where the keyboard is by a line of 3:1', async () => {
    const window = await aDesk({ colorScheme })
    for (const background of ['--bg', '--surface', '--raised']) expect((await contrasts(window, ['--accent'], background))['--accent'], background).toBeGreaterThanOrEqual(3)
  })

  it('follows it', async () => {
    const { page } = await aDesk({ colorScheme })
    const [scheme, background] = await page.evaluate(() => [getComputedStyle(document.documentElement).colorScheme, getComputedStyle(document.body).backgroundColor])
    expect(scheme).toBe(colorScheme)
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(15, 18, 22)' : 'rgb(246, 247, 249)')
  })

  it('has text of 7:1 and lines of 3:1 where the person wants more contrast', async () => {
    const window = await aDesk({ colorScheme, contrast: 'more' })
    for (const background of ['--bg', '--surface', '--raised']) {
      const text = await contrasts(window, ['--text', '--muted', '--accent', '--ok', '--warn', '--bad'], background)
      for (const [name, contrast] of Object.entries(text)) expect(contrast, `${name} on ${background}`).toBeGreaterThanOrEqual(7)
      expect((await contrasts(window, ['--line'], background))['--line']).toBeGreaterThanOrEqual(3)
    }
  })

  it('tells by more than colour where the system’s colours are forced', async () => {
    const { page, core } = await aDesk({ colorScheme, forcedColors: 'active' })
    expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true)
    const style = (locator: ReturnType<typeof page.locator>, property: string) => locator.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property)
    const front = page.getByRole('tab', { name: 'Contoso demo', exact: true })
    const other = page.getByRole('tab', { name: /^Fabrikam demo/ })
    // The tab in front has a frame, the others none.
    expect(await style(front, 'outline-style')).toBe('solid')
    expect(await style(other, 'outline-style')).toBe('none')
    // The mark of an unseen end is a character: its colour is the system's.
    await other.getByText('●').waitFor()
    // A tenant keeps its colour, and what is under way another shape than what is connected.
    expect(await style(page.locator('.session.isFramed'), 'border-left-color')).toBe('rgb(229, 115, 75)')
    const dot = front.locator('.dot')
    expect(await style(dot, 'border-left-style')).toBe('none')
    core.changeSession(core.sessionOf('Contoso demo'), { phase: 'connecting', detail: 'Connecting' })
    await page.getByRole('status').filter({ hasText: /^Connecting/ }).waitFor()
    expect(await style(dot, 'border-left-style')).toBe('dotted')
  })
})
