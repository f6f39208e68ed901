import { describe, expect, it } from 'vitest'
import { aFailure, aProfile } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

describe('the tabs', () => {
  it('name their sessions by profile, a second session of one profile with a number', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await core.dispatch({ trusted: true, description: 'test' }, 'sessions.open', { profileId: core.profiles[0]!.id, cols: 80, rows: 24 })
    await page.getByRole('tab', { name: 'Contoso demo (2)', exact: true }).waitFor()
    expect(await page.getByRole('tab').count()).toBe(2)
    expect(await page.getByRole('tablist').count()).toBe(1)
  })

  it('switch by the arrow keys, and tell which one is selected', async () => {
    const { page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
    await page.getByRole('region', { name: 'Terminal Contoso demo', exact: true }).waitFor()
    expect(await page.getByRole('region', { name: 'Terminal Fabrikam demo', exact: true }).count()).toBe(0)
  })

  it('close by a middle click, and by the button of the strip', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    await page.getByRole('tab', { name: 'Contoso demo', exact: true }).click({ button: 'middle' })
    await page.getByRole('tab', { name: 'Contoso demo', exact: true }).waitFor({ state: 'detached' })
    await page.getByRole('main').getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('tab').waitFor({ state: 'detached' })
    expect(core.sessions.size).toBe(0)
  })

  it('close by Ctrl+Shift+W, which the shell never sees', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    await page.keyboard.press('Control+Shift+KeyW')
    await page.getByRole('tab').waitFor({ state: 'detached' })
    expect(session.typed).toBe('')
  })

  it('ask before a session with a running command is closed', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    core.changeSession(core.sessionOf('Contoso demo'), { busy: true })
    await page.getByRole('main').getByRole('button', { name: 'Close', exact: true }).click()
    const question = page.getByRole('alertdialog')
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'hidden' })
    expect(core.sessions.size).toBe(1)
    await page.getByRole('main').getByRole('button', { name: 'Close', exact: true }).click()
    await question.getByRole('button', { name: 'Close anyway' }).click()
    await page.getByRole('tab').waitFor({ state: 'detached' })
  })

  it('come back with their screens after a reload', async () => {
    const { core, page, connect, screen } = await browser.openWindow()
    await connect('Contoso demo')
    core.sessionOf('Contoso demo').print('what was there before\r\n')
    await page.reload()
    await page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
    await eventually(() => screen('Contoso demo'), (text) => text.includes('what was there before'))
  })
})

describe('the session strip', () => {
  it('tells each phase as a status that begins with its word', async () => {
    const core = new FakeMainProcess()
    core.connects = false
    const { page, tenant } = await browser.openWindow(core)
    await tenant('Contoso demo').dblclick()
    const status = (text: RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()
    await status(/^Starting/)
    const session = core.sessionOf('Contoso demo')
    core.changeSession(session, { phase: 'signing-in', detail: 'Asking login.example for a token' })
    await status(/^Signing in.*Asking login\.example for a token/)
    core.changeSession(session, { phase: 'connecting', detail: 'Connect-ExchangeOnline' })
    await status(/^Connecting.*Connect-ExchangeOnline/)
    core.changeSession(session, { phase: 'connected', detail: 'Connected to contoso.example in 1.8 s', connectSeconds: 1.8 })
    await status(/^Connected to contoso\.example in 1\.8 s/)
    core.changeSession(session, { phase: 'closed', detail: 'The shell ended', alive: false })
    await status(/^Closed.*The shell ended/)
    core.changeSession(session, { phase: 'failed', detail: '', failure: aFailure({ message: 'No.' }) })
    await status(/^Failed/)
  })

  it('shows production in words, the services, the stand-in engine and the token’s minutes', async () => {
    const core = new FakeMainProcess({ profiles: [aProfile({ name: 'Contoso', environment: 'production' })], signIns: [] })
    const { page, connect } = await browser.openWindow(core)
    await connect('Contoso')
    core.changeSession(core.sessionOf('Contoso'), { standIn: true })
    const main = page.getByRole('main')
    for (const text of ['PRODUCTION', 'Exchange Online', 'stand-in engine']) await main.getByText(text, { exact: true }).waitFor()
    await main.getByText(/^token 4[67] min$/).waitFor()
  })

  it('tells how the token is renewed, why it is not, and that the clock is wrong', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    const main = page.getByRole('main')
    const renewal = { state: 'fresh' as const, renewedAt: new Date(2026, 4, 6, 21, 53).getTime(), problem: null, retryAt: null }
    core.changeSession(session, { renewal })
    await main.getByText(/^token \d+ min · renewed (21:53|09:53)/).waitFor()
    core.changeSession(session, { renewal: { ...renewal, state: 'at-prompt' } })
    await main.getByText(/renewed with the next command$/).waitFor()
    core.changeSession(session, { renewal: { ...renewal, state: 'failing', problem: aFailure({ message: 'The login service is away.' }), retryAt: Date.now() }, clockSkewSeconds: 300 })
    await main.getByText(/· not renewed$/).waitFor()
    await page.getByRole('alert').filter({ hasText: 'The login service is away.' }).waitFor()
    await main.getByText('clock 5 min off', { exact: true }).waitFor()
    // What a connected session can live with comes after it.
    core.changeSession(session, { failure: aFailure({ message: 'It is connected by a vanity domain.' }) })
    await page.getByRole('alert').filter({ hasText: 'The login service is away.' }).waitFor()
    core.changeSession(session, { renewal })
    await page.getByRole('alert').filter({ hasText: 'It is connected by a vanity domain.' }).waitFor()
  })

  it('are one for each service of a profile', async () => {
    const core = new FakeMainProcess({ profiles: [aProfile({ name: 'Contoso', services: ['exchange', 'compliance'] })], signIns: [] })
    const { page, tenant } = await browser.openWindow(core)
    await tenant('Contoso').dblclick()
    await page.getByRole('tab', { name: 'Contoso', exact: true, selected: true }).waitFor()
    await page.getByRole('tab', { name: 'Contoso · Compliance', exact: true }).click()
    await page.getByRole('region', { name: 'Terminal Contoso · Compliance', exact: true }).waitFor()
    await page.getByRole('main').getByText('Security & Compliance', { exact: true }).waitFor()
    await tenant('Contoso').dblclick()
    expect(core.sessions.size).toBe(2)
  })

  it('of a profile that was changed to another tenant are not taken for its own', async () => {
    const core = new FakeMainProcess()
    const { page, connect, tenant } = await browser.openWindow(core)
    await connect('Contoso demo')
    const other = { ...core.profiles[0]!, tenantId: '99999999-8888-4777-8666-555555555555' }
    core.profiles = core.profiles.map((profile) => (profile.id === other.id ? other : profile))
    core.emit('profiles.changed', { profiles: core.profiles, signIns: core.signIns })
    await tenant('Contoso demo').dblclick()
    await page.getByRole('tab', { name: 'Contoso demo (2)', exact: true, selected: true }).waitFor()
  })

  it('says whether Exchange confirmed the tenant', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await page.getByText('tenant confirmed by Exchange', { exact: true }).waitFor()
    const session = core.sessionOf('Contoso demo')
    core.changeSession(session, { tenant: { ...session.view.tenant, proof: 'unconfirmed' } })
    await page.getByText('tenant not confirmed by Exchange', { exact: true }).waitFor()
  })

  it('does not change its live text while the seconds go by', async () => {
    const core = new FakeMainProcess()
    core.connects = false
    const { page, tenant } = await browser.openWindow(core)
    await tenant('Contoso demo').dblclick()
    const status = page.getByRole('status').filter({ hasText: /^Starting/ })
    const before = await status.textContent()
    await page.getByText(/^[2-9] s$/).waitFor()
    expect(await status.textContent()).toBe(before)
  })

  it('reconnects', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await page.getByRole('button', { name: 'Reconnect' }).click()
    await page.getByRole('status').filter({ hasText: /^Starting/ }).waitFor()
    expect(core.inputsOf('sessions.reconnect')).toEqual([{ id: core.sessionOf('Contoso demo').view.id, force: false }])
  })

  it('asks before a reconnect stops a running command, and does nothing else', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    core.changeSession(session, { busy: true })
    await page.getByText('running', { exact: true }).waitFor()
    const question = page.getByRole('alertdialog').filter({ hasText: '“Contoso demo” is running a command. Reconnecting stops it.' })
    await page.getByRole('button', { name: 'Reconnect' }).click()
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'hidden' })
    expect(session.view).toMatchObject({ phase: 'connected', busy: true })
    await page.getByRole('button', { name: 'Reconnect' }).click()
    await question.getByRole('button', { name: 'Reconnect anyway' }).click()
    await page.getByRole('status').filter({ hasText: /^Starting/ }).waitFor()
    expect(core.sessions.size).toBe(1)
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})

describe('a failure', () => {
  it('is an alert with the sentence and the next step, and the terminal stays usable', async () => {
    const { core, page, connect, problems } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    core.changeSession(session, {
      phase: 'failed',
      detail: 'The client secret has expired.',
      failure: aFailure({ message: 'The client secret has expired.', hint: 'Make a new secret.', retryable: true })
    })
    const alert = page.getByRole('alert')
    await alert.getByText('The client secret has expired.').waitFor()
    // Once, and not again for whoever points at the state.
    expect(await page.getByRole('status').getAttribute('title')).toBe('The client secret has expired.')
    await alert.getByText('Make a new secret.').waitFor()
    await page.getByRole('region', { name: 'Terminal Contoso demo' }).click()
    await page.keyboard.type('6 * 7')
    await eventually(() => session.typed, (typed) => typed === '6 * 7')
    await alert.getByRole('button', { name: 'Edit profile' }).click()
    await page.getByRole('dialog', { name: 'Edit Contoso demo' }).waitFor()
    expect(problems).toEqual([])
  })

  it('links to Microsoft’s own page where the hint names one, and to no other', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const hint = 'See https://login.microsoftonline.com/error?code=50034. An address is like https://host.example/PowerShell, or https://learn.microsoft.com.host.example/x.'
    core.changeSession(core.sessionOf('Contoso demo'), { phase: 'failed', detail: '', failure: aFailure({ message: 'No.', hint }) })
    const alert = page.getByRole('alert').filter({ hasText: 'No.' })
    await alert.getByText(hint).waitFor()
    expect(await alert.getByRole('link').evaluateAll((links) => links.map((link) => [link.getAttribute('href'), link.getAttribute('rel')]))).toEqual([
      ['https://login.microsoftonline.com/error?code=50034', 'noopener noreferrer']
    ])
  })

  it('of opening a session is told without a tab', async () => {
    const { core, page, tenant } = await browser.openWindow()
    core.failNext('sessions.open', aFailure({ message: 'No PowerShell was found.', hint: 'Install it.' }))
    await tenant('Contoso demo').dblclick()
    const alert = page.getByRole('alert')
    await alert.getByText(/No PowerShell was found\./).waitFor()
    await alert.getByText(/Install it\./).waitFor()
    expect(await page.getByRole('tab').count()).toBe(0)
    await alert.getByRole('button', { name: 'Check', exact: true }).click()
    await page.getByRole('dialog', { name: 'Check of Contoso demo' }).waitFor()
    expect(await alert.count()).toBe(0)
  })
})
