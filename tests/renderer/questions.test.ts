import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

const askForSecret = () => ({
  id: randomUUID(), signInName: 'Partner app', clientId: randomUUID(), tenant: 'contoso.example', profileId: randomUUID(), kind: 'secret' as const,
  reason: 'This sign-in asks each time.'
})

describe('a question of the main process', () => {
  it.each([
    ['Trust it', true],
    ['Cancel', false]
  ])('is answered by “%s” with %s', async (button, yes) => {
    const { core, page } = await browser.openWindow()
    const question = { id: randomUUID(), title: 'Custom cloud', message: 'Trust login.example?', detail: 'Secrets go there.', confirmLabel: 'Trust it' }
    core.emit('question.asked', question)
    const dialog = page.getByRole('alertdialog')
    for (const text of ['Custom cloud', 'Trust login.example?', 'Secrets go there.']) await dialog.getByText(text).first().waitFor()
    await dialog.getByRole('button', { name: button, exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(core.inputsOf('app.answer')).toEqual([{ id: question.id, yes }])
  })

  it('is a no where Escape leaves it', async () => {
    const { core, page } = await browser.openWindow()
    core.emit('question.asked', { id: randomUUID(), title: 'Sure?', message: 'Sure?', detail: '', confirmLabel: 'Yes' })
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Escape')
    await eventually(() => core.inputsOf('app.answer'), (answers) => answers.length === 1)
    expect(core.inputsOf('app.answer')).toMatchObject([{ yes: false }])
  })
})

describe('a sign-in that asks each time', () => {
  it('says who asks and for which tenant, and gets its secret once', async () => {
    const { core, page, problems } = await browser.openWindow()
    const asked = askForSecret()
    const secret = randomBytes(16).toString('hex')
    core.emit('credential.asked', asked)
    const dialog = page.getByRole('dialog')
    for (const text of ['Partner app', 'contoso.example', asked.reason]) await dialog.getByText(text).first().waitFor()
    await dialog.getByRole('textbox', { name: 'Client secret' }).fill(secret)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'hidden' })
    expect(core.inputsOf('credentials.answer')).toEqual([{ id: asked.id, credential: { kind: 'secret', secret } }])
    expect(await page.content()).not.toContain(secret)
    expect(problems).toEqual([])
  })

  it('names an empty secret at its field, which gets the keyboard', async () => {
    const { core, page } = await browser.openWindow()
    core.emit('credential.asked', askForSecret())
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
    const field = page.getByRole('textbox', { name: 'Client secret' })
    await eventually(() => field.evaluate((input) => input === document.activeElement && input.getAttribute('aria-invalid')), (invalid) => invalid === 'true')
    await field.pressSequentially('x')
    await eventually(() => field.getAttribute('aria-invalid'), (invalid) => invalid === null)
    expect(core.inputsOf('credentials.answer')).toEqual([])
  })

  it('gives up by Cancel', async () => {
    const { core, page } = await browser.openWindow()
    const asked = askForSecret()
    core.emit('credential.asked', asked)
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(core.inputsOf('credentials.answer')).toEqual([{ id: asked.id, credential: null }])
  })

  it('goes away when the question is withdrawn, and asks one after the other', async () => {
    const { core, page } = await browser.openWindow()
    const [first, second] = [askForSecret(), { ...askForSecret(), signInName: 'Second app' }]
    core.emit('credential.asked', first)
    core.emit('credential.asked', second)
    await page.getByRole('dialog').getByText('Partner app').first().waitFor()
    core.emit('credential.withdrawn', { id: first.id })
    await page.getByRole('dialog').getByText('Second app').first().waitFor()
    core.emit('credential.withdrawn', { id: second.id })
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(core.inputsOf('credentials.answer')).toEqual([])
  })
})
