import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { builtWindow } from './built-window.ts'
import { aModuleList, aFailure, aState } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests } from './window-in-chromium.ts'

const browser = browserForTests()

describe('a first start', () => {
  it('offers a demo tenant and a new profile', async () => {
    const { page, tenant, problems } = await browser.openWindow()
    await tenant('Fabrikam demo').waitFor()
    const main = page.getByRole('main')
    await main.getByRole('button', { name: 'Add your own tenant' }).waitFor()
    await main.getByRole('button', { name: 'Connect a demo tenant' }).click()
    await page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
    expect(problems).toEqual([])
  })

  it('keeps within the page’s strict Content-Security-Policy', async () => {
    const { page, connect, problems } = await browser.openWindow()
    await connect('Contoso demo')
    await page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
    await page.getByRole('dialog').waitFor()
    expect(problems).toEqual([])
  })
})

describe('the status bar', () => {
  it('names PowerShell, the module and where secrets are', async () => {
    const { page } = await browser.openWindow()
    const bar = page.getByRole('contentinfo')
    await bar.getByText('PowerShell 7.6.5').waitFor()
    await bar.getByText('ExchangeOnlineManagement 3.9.0').waitFor()
    await bar.getByText('Secrets in Secret Service').waitFor()
  })

  it('names the module that the session in front runs', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    core.changeSession(core.sessionOf('Contoso demo'), { moduleVersion: '3.7.2' })
    await page.getByRole('contentinfo').getByText('ExchangeOnlineManagement 3.7.2').waitFor()
  })

  it('says that there is no keychain', async () => {
    const core = new FakeMainProcess()
    core.state = aState({ keychain: { available: false, name: 'Secret Service', reason: 'It is locked.' } })
    const { page } = await browser.openWindow(core)
    await page.getByRole('contentinfo').getByText('No keychain: secrets are kept for this run only').waitFor()
  })

  it('offers to install PowerShell where there is none', async () => {
    const core = new FakeMainProcess()
    const problem = aFailure({ message: 'No PowerShell 7.4 or later was found on this machine.', hint: 'Install it.' })
    core.state = aState({ host: 'electron', powershell: null, powershellProblem: { failure: problem, installCommand: 'dotnet tool install --global PowerShell' } })
    const { page, tenant } = await browser.openWindow(core)
    const dialog = page.getByRole('dialog', { name: 'No PowerShell found' })
    await page.getByRole('contentinfo').getByRole('button', { name: 'no PowerShell found' }).click()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await tenant('Contoso demo').dblclick()
    await dialog.getByText(problem.message).first().waitFor()
    await dialog.getByText('dotnet tool install --global PowerShell').waitFor()
    for (const name of ['Choose…', 'Look again']) await dialog.getByRole('button', { name }).waitFor()
    await dialog.getByRole('button', { name: 'Run it in a terminal' }).click()
    await page.getByRole('tab', { name: 'Install PowerShell' }).waitFor()
    expect(core.inputsOf('app.installPowerShell')).toHaveLength(1)
  })

  it.each([
    ['powershell-too-old', 'PowerShell is too old'],
    ['scripts-refused', 'PowerShell may not run scripts']
  ])('does not say that none was found where one can’t be used: %s', async (code, title) => {
    const core = new FakeMainProcess()
    core.state = aState({ powershell: null, powershellProblem: { failure: aFailure({ code, message: 'Why it can’t be used.' }), installCommand: null } })
    const { page } = await browser.openWindow(core)
    await page.getByRole('contentinfo').getByRole('button', { name: title, exact: true }).click()
    await page.getByRole('dialog', { name: title, exact: true }).getByText('Why it can’t be used.').waitFor()
  })

  it('offers to install the module where a PowerShell is that lacks it', async () => {
    const core = new FakeMainProcess()
    core.state = aState({ modules: aModuleList(null) })
    const { page } = await browser.openWindow(core)
    const bar = page.getByRole('contentinfo')
    const install = bar.getByRole('button', { name: 'Install ExchangeOnlineManagement' })
    await bar.getByText('ExchangeOnlineManagement not installed').waitFor()
    await install.click()
    await page.getByRole('tab', { name: 'Install ExchangeOnlineManagement' }).waitFor()
    expect(core.inputsOf('app.installModule')).toHaveLength(1)
    core.changeState({ modules: aModuleList('3.9.0') })
    await install.waitFor({ state: 'hidden' })
    core.changeState({ powershell: { ...core.state.powershell!, standIn: true }, modules: aModuleList(null) })
    await bar.getByText('(stand-in)').waitFor()
    expect(await install.count()).toBe(0)
  })

  it('does not offer it beside a session whose module came with the profile’s cloud', async () => {
    const core = new FakeMainProcess()
    core.state = aState({ modules: aModuleList(null) })
    const { page, connect } = await browser.openWindow(core)
    const bar = page.getByRole('contentinfo')
    await bar.getByRole('button', { name: 'Install ExchangeOnlineManagement' }).waitFor()
    await connect('Contoso demo')
    core.changeSession(core.sessionOf('Contoso demo'), { moduleVersion: '3.9.0' })
    await bar.getByText('ExchangeOnlineManagement 3.9.0').waitFor()
    expect(await bar.getByRole('button', { name: 'Install ExchangeOnlineManagement' }).count()).toBe(0)
  })

  it('shows notices until they are dismissed', async () => {
    const core = new FakeMainProcess()
    core.state = aState({ notices: [{ id: 'n1', level: 'warning', text: 'The profile file was damaged; its last good copy was loaded.' }] })
    const { page } = await browser.openWindow(core)
    const notice = page.getByText('The profile file was damaged; its last good copy was loaded.')
    await notice.waitFor()
    await page.getByRole('button', { name: /^Dismiss/ }).click()
    await notice.waitFor({ state: 'hidden' })
    expect(core.inputsOf('app.dismissNotice')).toEqual([{ id: 'n1' }])
  })
})

describe('the window’s title', () => {
  it('names the tenant in front', async () => {
    const { page, connect } = await browser.openWindow()
    expect(await page.title()).toBe('Tenantry')
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    expect(await page.title()).toBe('Fabrikam demo – Tenantry')
    await page.getByRole('tab', { name: 'Contoso demo', exact: true }).click()
    expect(await page.title()).toBe('Contoso demo – Tenantry')
  })
})

describe('a small window', () => {
  it.each([[480, 320], [320, 480]])('of %i × %i still shows tenants, strip and terminal without spilling over', async (width, height) => {
    const { page, connect } = await browser.openWindow()
    await page.setViewportSize({ width, height })
    await connect('Contoso demo')
    const spilled = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight)
    expect(spilled).toBe(false)
    const terminal = await page.getByRole('region', { name: 'Terminal Contoso demo' }).boundingBox()
    expect(terminal!.height).toBeGreaterThan(60)
    expect(terminal!.width).toBeGreaterThan(100)
  })
})

describe('the built window', () => {
  it('opens with one page, its own scripts and styles, nothing inline, in at most 250 kB gzipped', async () => {
    const folder = await builtWindow('production')
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const page = readFileSync(join(folder, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|<style|https?:/)
    const first = files.filter(({ name }) => name === 'index.html' || page.includes(name))
    expect(first.filter(({ name }) => /\.(js|css)$/.test(name)).length).toBeGreaterThanOrEqual(2)
    const bytes = first.reduce((sum, { parentPath, name }) => sum + gzipSync(readFileSync(join(parentPath, name))).length, 0)
    expect(bytes).toBeLessThan(250_000)
  })
})
