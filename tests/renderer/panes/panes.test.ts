import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { panesOf } from '../../../app/arrangement.ts'
import { aFailure, aProfile } from '../fake-data.ts'
import { FakeMainProcess } from '../fake-main-process.ts'
import { browserForTests, eventually, type TestWindow } from '../window-in-chromium.ts'

const browser = browserForTests()

const pane = (page: Page, title: string) => page.getByRole('group', { name: `Pane ${title}`, exact: true })
const terminal = (page: Page, title: string) => page.getByRole('region', { name: `Terminal ${title}`, exact: true })
const isIn = (page: Page, title: string) => page.locator(`textarea[aria-label="Terminal input of ${title}"]:focus`).waitFor()
const boxOf = async (page: Page, title: string) => (await pane(page, title).boundingBox())!
/** The titles of each tab's sessions, from left to right. */
const tabsOf = (core: FakeMainProcess) => core.tabs.map(({ layout }) => panesOf(layout).map((id) => core.sessions.get(id)?.view.name).join(' + '))

/** Contoso and Fabrikam side by side, the keyboard in Fabrikam. */
async function sideBySide(core = new FakeMainProcess()): Promise<TestWindow> {
  const window = await browser.openWindow(core)
  await window.connect('Contoso demo')
  await openBeside(window.page, 'right', 'Fabrikam demo')
  await isIn(window.page, 'Fabrikam demo')
  return window
}

async function openBeside(page: Page, side: 'right' | 'down', name: string): Promise<void> {
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox').fill(`open a tenant in a split ${side}`)
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: `Tenant to open ${side === 'right' ? 'to the right' : 'below'}` }).fill(name)
  await page.keyboard.press('Enter')
  await pane(page, name).waitFor()
}

async function dragTo(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 3 })
  await page.mouse.move(to.x, to.y, { steps: 3 })
}

describe('a split', () => {
  it('is of the same tenant and service, beside the pane it is of, and has the keyboard', async () => {
    const core = new FakeMainProcess({ profiles: [aProfile({ name: 'Contoso', services: ['exchange', 'compliance'] })], signIns: [] })
    const { page, tenant, problems } = await browser.openWindow(core)
    await tenant('Contoso').dblclick()
    await page.getByRole('tab', { name: 'Contoso · Compliance', exact: true }).click()
    await isIn(page, 'Contoso · Compliance')
    await page.keyboard.press('Control+Shift+E')
    await isIn(page, 'Contoso · Compliance (2)')
    expect(core.inputsOf('sessions.open').at(-1)).toMatchObject({ service: 'compliance' })
    const [left, right] = [await boxOf(page, 'Contoso · Compliance'), await boxOf(page, 'Contoso · Compliance (2)')]
    expect(right.x).toBeCloseTo(left.x + left.width, 0)
    expect(right.width).toBeCloseTo(left.width, 0)
    await page.keyboard.type('here')
    await eventually(() => core.sessionOf('Contoso · Compliance').typed, (typed) => typed === 'here')
    await page.keyboard.press('Control+Shift+D')
    await isIn(page, 'Contoso · Compliance (3)')
    const below = await boxOf(page, 'Contoso · Compliance (3)')
    expect([below.x, below.width].map(Math.round)).toEqual([right.x, right.width].map(Math.round))
    expect(await page.getByRole('tab').count()).toBe(2)
    expect(problems).toEqual([])
  })

  it('shows two tenants with their names and colours, and which of them has the keyboard', async () => {
    const { core, page } = await sideBySide()
    const looks = (title: string) => pane(page, title).evaluate((element) => ({ border: getComputedStyle(element).borderTopColor, current: element.getAttribute('aria-current') }))
    const [one, other] = [await looks('Contoso demo'), await looks('Fabrikam demo')]
    expect([one.current, other.current]).toEqual([null, 'true'])
    expect(one.border).not.toBe(other.border)
    const hex = (colour: string) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)).join(', ')})`
    expect(other.border).toBe(hex(core.sessionOf('Fabrikam demo').view.colour))
    await pane(page, 'Contoso demo').getByText('Contoso demo', { exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Contoso demo + Fabrikam demo', exact: true, selected: true }).waitFor()
    // A click into the other one is all it takes.
    await terminal(page, 'Contoso demo').click()
    await isIn(page, 'Contoso demo')
    expect((await looks('Contoso demo')).border).toBe(hex(core.sessionOf('Contoso demo').view.colour))
    expect(await page.title()).toBe('Contoso demo – Tenantry')
  })

  it('that has no room is refused with a sentence, and opens nothing', async () => {
    const { core, page, connect } = await browser.openWindow()
    await page.setViewportSize({ width: 900, height: 600 })
    await connect('Contoso demo')
    for (const title of ['Contoso demo (2)', 'Contoso demo']) {
      await page.keyboard.press('Control+Shift+E')
      if (title.endsWith('(2)')) await isIn(page, title)
    }
    await page.getByRole('alert').getByText(/too narrow to work in/).waitFor()
    expect(core.sessions.size).toBe(2)
    await page.keyboard.press('Control+Shift+D')
    await isIn(page, 'Contoso demo (3)')
    await page.keyboard.press('Control+Shift+D')
    await page.getByRole('alert').getByText(/too low to work in/).waitFor()
    expect(core.sessions.size).toBe(3)
  })

  it('that can’t be opened leaves the pane as it was', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    core.failNext('sessions.open', aFailure({ message: 'No PowerShell was found.' }))
    await page.keyboard.press('Control+Shift+E')
    await page.getByRole('alert').getByText(/No PowerShell was found/).waitFor()
    expect(await page.getByRole('group', { name: /^Pane/ }).count()).toBe(0)
    // What opens next is not taken for it.
    await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Fabrikam demo', exact: true }).dblclick()
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true, selected: true }).waitFor()
  })

  it('is too small for a window that shrinks: the active pane is shown alone, until there is room again', async () => {
    const { page } = await sideBySide()
    await page.setViewportSize({ width: 450, height: 300 })
    await pane(page, 'Contoso demo').waitFor({ state: 'hidden' })
    await pane(page, 'Fabrikam demo').getByRole('button', { name: '1 more' }).waitFor()
    await page.keyboard.press('Alt+ArrowLeft')
    await isIn(page, 'Contoso demo')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(450)
    await page.setViewportSize({ width: 900, height: 600 })
    await pane(page, 'Fabrikam demo').waitFor()
  })
})

describe('the keyboard', () => {
  it('goes from pane to pane, moves them, resizes them and zooms one, unseen by the shells', async () => {
    const { core, page, problems } = await sideBySide()
    await page.keyboard.press('Alt+ArrowLeft')
    await isIn(page, 'Contoso demo')
    const before = await boxOf(page, 'Contoso demo')
    await page.keyboard.press('Alt+Shift+ArrowRight')
    await eventually(async () => (await boxOf(page, 'Contoso demo')).width, (width) => width > before.width + 20)
    await page.keyboard.press('Control+Alt+Shift+ArrowRight')
    await eventually(() => tabsOf(core), ([tab]) => tab === 'Fabrikam demo + Contoso demo')
    await page.keyboard.press('Control+Alt+Shift+ArrowDown')
    await eventually(() => core.tabs[0]?.layout, (layout) => layout !== undefined && 'split' in layout && layout.split === 'down')
    await isIn(page, 'Contoso demo')
    await page.keyboard.press('Control+Shift+X')
    await pane(page, 'Fabrikam demo').waitFor({ state: 'hidden' })
    await pane(page, 'Contoso demo').getByRole('button', { name: '1 more', pressed: true }).click()
    await pane(page, 'Fabrikam demo').waitFor()
    expect([...core.sessions.values()].map(({ typed, attachments }) => ({ typed, attachments }))).toEqual([{ typed: '', attachments: 1 }, { typed: '', attachments: 1 }])
    expect(problems).toEqual([])
  })

  it('closes a pane, whose place and keyboard go to its neighbour, and asks where a command runs', async () => {
    const { core, page } = await sideBySide()
    core.changeSession(core.sessionOf('Fabrikam demo'), { busy: true })
    await page.keyboard.press('Control+Shift+W')
    await page.getByRole('alertdialog').getByText('“Fabrikam demo” is running a command. Closing stops it.').waitFor()
    await page.getByRole('button', { name: 'Close anyway' }).click()
    await isIn(page, 'Contoso demo')
    expect(tabsOf(core)).toEqual(['Contoso demo'])
  })
})

describe('the pointer', () => {
  it('drags the line between panes; a double click halves them again', async () => {
    const { core, page } = await sideBySide()
    const line = page.getByRole('separator')
    const { x, y, height } = (await line.boundingBox())!
    const before = await boxOf(page, 'Contoso demo')
    await dragTo(page, { x: x + 4, y: y + height / 2 }, { x: x + 124, y: y + height / 2 })
    await page.mouse.up()
    expect((await boxOf(page, 'Contoso demo')).width).toBeCloseTo(before.width + 120, -1)
    await line.dblclick()
    await eventually(() => core.tabs[0]?.layout, (layout) => layout !== undefined && 'ratio' in layout && layout.ratio === 0.5)
  })

  it('drags a pane by its name to another side, into the middle, and out to the tabs; Escape gives it up', async () => {
    const { core, page } = await sideBySide()
    const name = async (title: string) => {
      const { x, y } = await boxOf(page, title)
      return { x: x + 60, y: y + 14 }
    }
    const other = await boxOf(page, 'Contoso demo')
    const below = { x: other.x + other.width / 2, y: other.y + other.height - 30 }
    await dragTo(page, await name('Fabrikam demo'), below)
    await page.keyboard.press('Escape')
    await page.mouse.up()
    expect(core.tabs[0]?.layout).toMatchObject({ split: 'right' })
    await dragTo(page, await name('Fabrikam demo'), below)
    await page.mouse.up()
    await eventually(() => core.tabs[0]?.layout, (layout) => layout !== undefined && 'split' in layout && layout.split === 'down')
    await isIn(page, 'Fabrikam demo')
    const upper = await boxOf(page, 'Contoso demo')
    await dragTo(page, await name('Fabrikam demo'), { x: upper.x + upper.width / 2, y: upper.y + upper.height / 2 })
    await page.mouse.up()
    await eventually(() => tabsOf(core), ([tab]) => tab === 'Fabrikam demo + Contoso demo')
    const bar = (await page.getByRole('tablist').locator('..').boundingBox())!
    await dragTo(page, await name('Fabrikam demo'), { x: bar.x + 4, y: bar.y + 15 })
    await page.mouse.up()
    await eventually(() => tabsOf(core), (tabs) => tabs.join() === 'Fabrikam demo,Contoso demo')
  })

  it('drags tabs to another place, and onto a pane', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    const middle = async (name: string) => {
      const { x, y, width, height } = (await page.getByRole('tab', { name, exact: true }).boundingBox())!
      return { x: x + width / 3, y: y + height / 2 }
    }
    const last = await middle('Fabrikam demo')
    await dragTo(page, last, { x: (await middle('Contoso demo')).x - 20, y: last.y })
    await page.mouse.up()
    await eventually(() => tabsOf(core), (tabs) => tabs.join() === 'Fabrikam demo,Contoso demo')
    // It was a drag and no click: what was in front stays there.
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true, selected: true }).waitFor()
    const stage = (await terminal(page, 'Fabrikam demo').boundingBox())!
    await dragTo(page, await middle('Contoso demo'), { x: stage.x + stage.width - 40, y: stage.y + stage.height / 2 })
    await page.mouse.up()
    await eventually(() => tabsOf(core), (tabs) => tabs.join() === 'Fabrikam demo + Contoso demo')
  })
})

describe('tabs', () => {
  it('are renamed by F2, also back, and keep the tenants’ names for whoever asks', async () => {
    const { core, page } = await sideBySide()
    await page.getByRole('tab').focus()
    await page.keyboard.press('F2')
    await page.keyboard.type('Migration')
    await page.keyboard.press('Enter')
    const tab = page.getByRole('tab', { name: 'Migration: Contoso demo + Fabrikam demo', exact: true })
    await tab.waitFor()
    await eventually(() => core.tabs[0]?.name, (name) => name === 'Migration')
    await page.keyboard.press('F2')
    await page.keyboard.press('Delete')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Contoso demo + Fabrikam demo', exact: true }).waitFor()
  })

  it('that are pinned stand first, and ask before they close', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true }).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Pin' }).click()
    await eventually(() => tabsOf(core), (tabs) => tabs.join() === 'Fabrikam demo,Contoso demo')
    await page.keyboard.press('Control+Shift+PageDown')
    expect(tabsOf(core).join()).toBe('Fabrikam demo,Contoso demo')
    await page.keyboard.press('Control+Shift+W')
    await page.getByRole('alertdialog', { name: 'This tab is pinned' }).getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Unpin tab Fabrikam demo' }).click()
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true }).click()
    await page.keyboard.press('Control+Shift+PageDown')
    await eventually(() => tabsOf(core), (tabs) => tabs.join() === 'Contoso demo,Fabrikam demo')
  })

  it('close with all their panes, and ask once where commands run', async () => {
    const { core, page } = await sideBySide()
    for (const name of ['Contoso demo', 'Fabrikam demo']) core.changeSession(core.sessionOf(name), { busy: true })
    await page.getByRole('tab').click({ button: 'middle' })
    await page.getByRole('alertdialog').getByText('“Contoso demo” and “Fabrikam demo” are running commands. Closing the tab stops them.').waitFor()
    expect(core.sessions.size).toBe(2)
    await page.getByRole('button', { name: 'Close anyway' }).click()
    await page.getByRole('tab').waitFor({ state: 'detached' })
    expect(core.sessions.size).toBe(0)
  })

  it('of before connect all that is seen of them, once, and come back after a reload as they were', async () => {
    const core = new FakeMainProcess()
    const [one, other, third] = ['Contoso demo', 'Fabrikam demo', 'Contoso demo'].map((name) => core.restoreTab(name).view.id) as [string, string, string]
    core.tabs = [
      { id: crypto.randomUUID(), name: 'Both', isPinned: false, isZoomed: false, active: other, layout: { split: 'right', ratio: 0.3, first: { pane: one }, second: { pane: other } } },
      { id: crypto.randomUUID(), name: null, isPinned: false, isZoomed: false, active: third, layout: { pane: third } }
    ]
    core.activeId = other
    const { page } = await browser.openWindow(core)
    await isIn(page, 'Fabrikam demo')
    await eventually(() => [...core.sessions.values()].map(({ view }) => view.phase).join(), (phases) => phases === 'connected,connected,restored')
    const [left, right] = [await boxOf(page, 'Contoso demo'), await boxOf(page, 'Fabrikam demo')]
    expect(left.width / (left.width + right.width)).toBeCloseTo(0.3, 1)
    await page.keyboard.press('Alt+ArrowLeft')
    await isIn(page, 'Contoso demo')
    await page.reload()
    await isIn(page, 'Contoso demo')
    await page.getByRole('tab', { name: 'Both: Contoso demo + Fabrikam demo', exact: true, selected: true }).waitFor()
    expect((await boxOf(page, 'Contoso demo')).width).toBeCloseTo(left.width, 0)
    expect(core.inputsOf('sessions.connect')).toHaveLength(2)
  })
})
