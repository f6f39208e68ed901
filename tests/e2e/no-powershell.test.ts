import { afterEach, describe, expect, it } from 'vitest'
import { engines } from '../engines.ts'
import { MachineWithoutPowerShell } from '../machine-without-powershell.ts'
import { SilentShell } from '../sessions/silent-shell.ts'
import { openPreview, patienceMs, waitForText, type RunningPreview } from './preview-in-chromium.ts'

let running: RunningPreview | null = null
const machine: { dispose(): void }[] = []
afterEach(async () => {
  await running?.close()
  running = null
  for (const one of machine.splice(0)) one.dispose()
})

// What stands in for programs here are shell scripts.
describe.skipIf(process.platform === 'win32')('without a PowerShell that answers', () => {
  it('the window opens, Connect offers to install one, and what was installed is found', async () => {
    const bare = new MachineWithoutPowerShell()
    machine.push(bare)
    const { page } = (running = await openPreview(bare.options))
    const tenants = page.getByRole('list', { name: 'Tenants' })
    await tenants.getByRole('button', { name: 'Contoso demo', exact: true }).click()
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'No PowerShell found' })
    await dialog.getByText('No PowerShell was found on this computer.').waitFor()
    await dialog.getByText(bare.installCommand, { exact: true }).waitFor()
    expect(await page.getByRole('tab').count()).toBe(0)
    await dialog.getByRole('button', { name: 'Run it in a terminal' }).click()
    await waitForText(page, 'Install PowerShell', bare.installed)
    await page.getByRole('button', { name: 'no PowerShell found' }).click()
    await dialog.getByRole('button', { name: 'Look again' }).click()
    await page.getByText('PowerShell 7.6.5', { exact: true }).waitFor()
    await dialog.waitFor({ state: 'detached' })
  })

  it('a session says that its shell said no hello, and Reconnect connects', async () => {
    const shell = new SilentShell(engines[0]!)
    machine.push(shell)
    const { page, options } = (running = await openPreview({ env: shell.env, helloDeadlineMs: 1_000 }))
    await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Contoso demo', exact: true }).dblclick()
    const alert = page.getByRole('alert').filter({ hasText: 'PowerShell started but did not report within 1 s.' })
    await alert.waitFor({ timeout: patienceMs })
    await page.getByRole('status').filter({ hasText: /^Failed/ }).waitFor()
    await waitForText(page, 'Contoso demo', 'this shell says no hello')
    shell.speak()
    // A cold engine takes longer than a test wants to wait for a silent one.
    options.helloDeadlineMs = undefined
    await alert.getByRole('button', { name: 'Reconnect' }).click()
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor({ timeout: patienceMs })
    await alert.waitFor({ state: 'detached' })
    await shell.gone()
  })
})
