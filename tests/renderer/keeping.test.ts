import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

/** Contoso's terminal in front, of a host with a dialog for files or none. */
async function contoso({ savesFiles }: { savesFiles: boolean }) {
  const core = new FakeMainProcess()
  core.savesFiles = savesFiles
  const window = await browser.openWindow(core)
  await window.connect('Contoso demo')
  const pane = window.page.getByRole('region', { name: 'Terminal Contoso demo', exact: true })
  return { ...window, pane, said: () => pane.getByRole('status').allInnerTexts() }
}

describe('the scrollback', () => {
  it('is downloaded by its key, and how it is kept is said', async () => {
    const { page, said } = await contoso({ savesFiles: false })
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+Shift+KeyK')])
    expect(file.suggestedFilename()).toBe('Contoso demo.txt')
    expect(readFileSync(await file.path(), 'utf8')).toBe('PS> 6 * 7\n42\n')
    await eventually(said, (texts) => texts.includes('Saved 2 lines as Contoso demo.txt, as they were shown: secrets are not taken out.'))
  })

  it('is saved from the terminal’s menu, the palette and the application’s menu, in the host’s own dialog', async () => {
    const { core, page, pane, said } = await contoso({ savesFiles: true })
    const count = () => core.inputsOf('sessions.saveScrollback').length
    await pane.locator('.xterm-screen').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Save the scrollback…' }).click()
    await eventually(count, (saved) => saved === 1)
    await eventually(said, (texts) => texts.some((text) => text.startsWith('Saved 2 lines as /home/admin/scrollback.txt,')))
    await page.keyboard.press('Control+Shift+KeyP')
    await page.keyboard.type('save scrollback')
    await page.keyboard.press('Enter')
    await eventually(count, (saved) => saved === 2)
    core.emit('menu.chosen', { item: 'save-scrollback' })
    await eventually(count, (saved) => saved === 3)
  })

  it('that could not be saved says why, and nothing is lost', async () => {
    const { core, page, said } = await contoso({ savesFiles: true })
    core.failNext('sessions.saveScrollback', { code: 'file-not-saved', message: 'The file was not saved (ENOSPC).', hint: 'Choose another folder.', retryable: true })
    await page.keyboard.press('Control+Shift+KeyK')
    await eventually(said, (texts) => texts.includes('The file was not saved (ENOSPC). Choose another folder.'))
    expect(core.sessionOf('Contoso demo').typed).toBe('')
  })
})

describe('a transcript', () => {
  const path = '/data/transcripts/Contoso-demo-2026-11-07-140322.txt'

  it('is named in the strip, and shown where it lies from there, the terminal’s menu and the palette', async () => {
    const { core, page, pane, said } = await contoso({ savesFiles: true })
    const button = page.getByRole('button', { name: 'Transcript', exact: true })
    expect(await button.count()).toBe(0)
    core.changeSession(core.sessionOf('Contoso demo'), { transcript: { path, problem: null } })
    await button.click()
    await eventually(said, (texts) => texts.includes(`The transcript is ${path}`))
    const count = () => core.inputsOf('sessions.showTranscript').length
    await pane.locator('.xterm-screen').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Show the transcript' }).click()
    await eventually(count, (shown) => shown === 2)
    await page.keyboard.press('Control+Shift+KeyP')
    await page.keyboard.type('transcript')
    await page.getByRole('option', { name: /Show this session’s transcript/ }).click()
    await eventually(count, (shown) => shown === 3)
    core.changeSession(core.sessionOf('Contoso demo'), { transcript: { path, problem: 'The transcript is not written: the disk is full.' } })
    await page.getByText('transcript stopped').waitFor()
    core.changeSession(core.sessionOf('Contoso demo'), { transcript: { path: null, problem: 'No transcript is kept: the folder is not there.' } })
    await page.getByText('no transcript').waitFor()
    expect(await button.count()).toBe(0)
  })

  it('has its path copied where the host can’t show it', async () => {
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const { core, page, said } = await contoso({ savesFiles: false })
    core.changeSession(core.sessionOf('Contoso demo'), { transcript: { path, problem: null } })
    await page.getByRole('button', { name: 'Transcript', exact: true }).click()
    await eventually(said, (texts) => texts.includes(`The transcript’s path is copied: ${path}`))
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(path)
  })

  it('is off in a profile until it is switched on, which says what is written', async () => {
    const { core, page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click()
    for (const isOn of [false, true]) {
      await page.keyboard.press('F2')
      const editor = page.getByRole('dialog', { name: 'Edit Contoso demo' })
      await editor.getByText('More options').click()
      const box = editor.getByRole('checkbox', { name: 'Keep a transcript of each session' })
      expect(await box.isChecked()).toBe(isOn)
      if (!isOn) await box.check()
      else await box.uncheck()
      expect(await editor.getByText('goes into a text file').count()).toBe(isOn ? 0 : 1)
      await editor.getByRole('button', { name: 'Save', exact: true }).click()
      await editor.waitFor({ state: 'detached' })
      const { profile } = core.inputsOf('profiles.save').at(-1) as { profile: object }
      expect('keepTranscript' in profile).toBe(!isOn)
      await tenant('Contoso demo').click()
    }
  })
})
