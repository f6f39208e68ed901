import { describe, expect, it } from 'vitest'
import { browserForTests, eventually, type TestWindow } from './window-in-chromium.ts'

const browser = browserForTests()

const unseen = 'A command ended after 43 s'
const idOf = ({ core }: TestWindow, name: string) => core.sessionOf(name).view.id
const looks = ({ core }: TestWindow) => core.inputsOf('sessions.look').at(-1)

async function twoSessions(): Promise<TestWindow> {
  const window = await browser.openWindow()
  await window.connect('Contoso demo')
  await window.connect('Fabrikam demo')
  return window
}

describe('a tab in which a long command ended', () => {
  it('says so by a mark and in its name, until it is opened', async () => {
    const window = await twoSessions()
    const { core, page } = window
    core.changeSession(core.sessionOf('Contoso demo'), { unseen })
    const marked = page.getByRole('tab', { name: `Contoso demo: ${unseen}`, exact: true })
    await marked.getByText('●').waitFor()
    expect(await marked.getAttribute('title')).toContain(unseen)
    await marked.click()
    await page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
    expect(await page.getByText('●').count()).toBe(0)
  })

  it('comes to the front where the person comes for it from outside the window', async () => {
    const window = await twoSessions()
    window.core.emit('session.wanted', { id: idOf(window, 'Contoso demo') })
    await window.page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
    // One that was closed meanwhile changes nothing.
    window.core.emit('session.wanted', { id: '6f1a2b34-5c6d-4e7f-8a90-1b2c3d4e5f60' })
    await window.page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
    await window.page.keyboard.type('6 * 7')
    await eventually(() => window.core.sessionOf('Contoso demo').typed, (typed) => typed === '6 * 7')
  })
})

describe('the window', () => {
  it('tells which session is in front, and whether it has the keyboard', async () => {
    const window = await twoSessions()
    const id = idOf(window, 'Fabrikam demo')
    await eventually(() => looks(window), (look) => JSON.stringify(look) === JSON.stringify({ id, isFocused: true, beside: [] }))
    // A headless browser's page always has the focus, so it is taken from it by hand.
    await window.page.evaluate(() => {
      document.hasFocus = () => false
      globalThis.dispatchEvent(new Event('blur'))
    })
    await eventually(() => looks(window), (look) => JSON.stringify(look) === JSON.stringify({ id, isFocused: false, beside: [] }))
  })
})
