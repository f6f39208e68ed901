import { describe, expect, it } from 'vitest'
import { aFailure, aState } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually, type TestWindow } from './window-in-chromium.ts'

const browser = browserForTests()

const tab = ({ page }: TestWindow, name: string) => page.getByRole('tab', { name, exact: true })
const phases = (core: FakeMainProcess) => [...core.sessions.values()].map(({ view }) => `${view.name} ${view.phase}`)

/** Contoso and Fabrikam were open, Fabrikam in front. */
function twoTabs(): FakeMainProcess {
  const core = new FakeMainProcess()
  core.restoreTab('Contoso demo')
  core.activeId = core.restoreTab('Fabrikam demo').view.id
  return core
}

describe('the tabs of the last time', () => {
  it('are there; the one in front connects, another one when it is opened', async () => {
    const window = await browser.openWindow(twoTabs())
    const { core, page } = window
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true, selected: true }).waitFor()
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
    expect(phases(core)).toEqual(['Contoso demo restored', 'Fabrikam demo connected'])
    expect(await tab(window, 'Contoso demo').getAttribute('title')).toMatch(/connects when you open it/)
    await tab(window, 'Contoso demo').click()
    await page.getByRole('region', { name: 'Terminal Contoso demo', exact: true }).waitFor()
    await eventually(() => phases(core), (all) => all[0] === 'Contoso demo connected')
    await page.keyboard.type('6 * 7')
    await eventually(() => core.sessionOf('Contoso demo').typed, (typed) => typed === '6 * 7')
    expect(window.problems).toEqual([])
  })

  it('wait while somebody walks along them by the arrow keys, and connect by Enter', async () => {
    const window = await browser.openWindow(twoTabs())
    const { core, page } = window
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
    await tab(window, 'Fabrikam demo').focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('region', { name: 'Not connected Contoso demo' }).getByRole('button', { name: 'Connect', exact: true }).waitFor()
    await page.getByRole('status').filter({ hasText: /^Not connected/ }).waitFor()
    expect(await tab(window, 'Contoso demo').evaluate((element) => element === document.activeElement)).toBe(true)
    expect(core.inputsOf('sessions.connect')).toHaveLength(1)
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Terminal Contoso demo', exact: true }).waitFor()
    expect(core.inputsOf('sessions.connect')).toHaveLength(2)
  })

  it('are forgotten when they are closed, and the next one waits for its button', async () => {
    const window = await browser.openWindow(twoTabs())
    const { core, page } = window
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
    await page.keyboard.press('Control+Shift+KeyW')
    await page.getByRole('region', { name: 'Not connected Contoso demo' }).waitFor()
    expect(phases(core)).toEqual(['Contoso demo restored'])
    await page.keyboard.press('Control+Shift+KeyW')
    await tab(window, 'Contoso demo').waitFor({ state: 'detached' })
    expect(core.sessions.size).toBe(0)
  })

  it('are taken by a click on their tenant', async () => {
    const window = await browser.openWindow(twoTabs())
    await window.connect('Contoso demo')
    expect(phases(window.core)).toEqual(['Contoso demo connected', 'Fabrikam demo connected'])
  })

  it('stay where the person would rather not connect, and can be tried again', async () => {
    const core = twoTabs()
    core.failNext('sessions.connect', aFailure({ code: 'cancelled', message: 'Cancelled.' }))
    const window = await browser.openWindow(core)
    const pane = window.page.getByRole('region', { name: 'Not connected Fabrikam demo' })
    await eventually(() => core.inputsOf('sessions.connect').length, (count) => count === 1)
    expect(await window.page.getByRole('alert').count()).toBe(0)
    await pane.getByRole('button', { name: 'Connect', exact: true }).click()
    await window.page.getByRole('region', { name: 'Terminal Fabrikam demo', exact: true }).waitFor()
  })

  it('offer PowerShell instead of failing without one', async () => {
    const core = twoTabs()
    core.state = aState({ powershell: null, powershellProblem: { failure: aFailure({ message: 'No PowerShell was found.' }), installCommand: null } })
    const { page } = await browser.openWindow(core)
    await page.getByRole('button', { name: 'Connect', exact: true }).last().click()
    await page.getByRole('dialog').filter({ hasText: 'PowerShell' }).waitFor()
    expect(core.inputsOf('sessions.connect')).toEqual([])
  })

  it('keep the one in front over a reload', async () => {
    const window = await browser.openWindow()
    await window.connect('Contoso demo')
    await window.connect('Fabrikam demo')
    await tab(window, 'Contoso demo').click()
    await eventually(() => window.core.activeId, (id) => id === window.core.sessionOf('Contoso demo').view.id)
    await window.page.reload()
    await window.page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
  })
})
