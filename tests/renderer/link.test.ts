import { describe, expect, it } from 'vitest'
import { startPreview } from '../../app/preview.ts'
import { builtWindow } from './built-window.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

describe('the window over the preview’s sockets', () => {
  it('takes the key out of its address, and a reload needs it no more', async () => {
    const { page, tenant } = await browser.openWindow()
    expect(new URL(page.url()).hash).toBe('')
    await page.reload()
    await tenant('Contoso demo').waitFor()
  })

  it('says so where the address was used before', async () => {
    const { preview } = await browser.openWindow()
    await browser.context.clearCookies()
    const stranger = await browser.context.newPage()
    await stranger.goto(preview.url)
    await stranger.getByText('This address was used already. Start Tenantry again, or use the newest address it printed.').waitFor()
    await stranger.close()
  })

  it('pauses where another window took over, and takes it back by a button', async () => {
    const { page, preview, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const second = await browser.context.newPage()
    await second.goto(`http://127.0.0.1:${preview.port}/?renderer=dom`)
    await second.getByRole('tab', { name: 'Contoso demo', exact: true }).waitFor()
    await page.getByText('Tenantry is open in another window. This one is paused.').waitFor()
    await page.getByRole('button', { name: 'Use it here' }).click()
    await page.getByRole('tab', { name: 'Contoso demo', exact: true }).waitFor()
    await second.getByText('Tenantry is open in another window. This one is paused.').waitFor()
    await second.close()
  })

  it('says that Tenantry has stopped, and says so of a start that has another key', async () => {
    const { page, preview } = await browser.openWindow()
    await preview.close()
    await page.getByText(/Tenantry has stopped/).waitFor()
    const again = await startPreview({ rendererFolder: await builtWindow(), port: preview.port, createCore: async () => new FakeMainProcess() })
    try {
      await page.getByText(/Start Tenantry again, or use the newest address it printed/).waitFor()
    } finally {
      await again.close()
    }
  })

  it('keeps what is typed while a broken stream is opened again', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    // What was on its way while the window still thought the stream open is lost; from here on nothing is.
    const release = core.hold('sessions.attach')
    session.breakStream()
    await eventually(() => Promise.resolve(core.inputsOf('sessions.attach').length), (count) => count === 2)
    await page.keyboard.type('still here')
    release()
    await eventually(() => session.typed, (typed) => typed === 'still here')
    expect(session.attachments).toBe(2)
  })
})
