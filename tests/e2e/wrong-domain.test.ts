import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { memoryKeychain } from '../profiles/profile-desk.ts'
import { openPreview, patienceMs, screenText, waitForText, type RunningPreview } from './preview-in-chromium.ts'
import { credentialQuestion } from './profile-dialog.ts'

/* A list of tenants whose domain and tenant id do not belong together: the id is Contoso's, the domain Fabrikam's. */

describeOnMainEngine('a domain typed wrong into another tenant’s', ({ env }) => {
  let running: RunningPreview
  beforeAll(async () => {
    const keychain = memoryKeychain()
    running = await openPreview({ env, keychain: async () => keychain })
  })
  afterAll(() => running?.close())

  it('is caught by what Exchange says of itself: the shell ends, in red, with both values', async () => {
    const { page, core } = running
    const [contoso, fabrikam] = core.demo.tenants as [(typeof core.demo.tenants)[0], (typeof core.demo.tenants)[0]]
    const app = contoso.apps.find(({ behaviour }) => behaviour === 'healthy')!
    const ask = async (call: string, input?: unknown) => (await core.dispatch({ trusted: true, description: 'test' }, call, input)) as { output: never }
    const { profiles } = (await ask('profiles.list')).output as { profiles: Array<{ id: string; name: string }> }
    // An import of a tenant that is there already would be merged with it.
    await ask('profiles.delete', { id: profiles.find(({ name }) => name === contoso.name)!.id })
    const row = ['Mistyped', 'demo', fabrikam.domain, contoso.tenantId, app.clientId, 'secret'].join(',')
    await ask('profiles.import', { format: 'csv', text: `name,cloud,domain,tenantId,clientId,kind\n${row}` })

    await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Mistyped', exact: true }).dblclick()
    const question = await credentialQuestion(page, fabrikam.domain)
    await question.enterSecret(app.clientSecret)
    await question.press('Sign in')

    const alert = page.getByRole('alert').filter({ hasText: fabrikam.domain })
    await alert.waitFor({ timeout: patienceMs })
    expect(await alert.innerText()).toContain(contoso.domain)
    await page.getByRole('status').filter({ hasText: /^Failed/ }).waitFor()
    const screen = await waitForText(page, 'Mistyped', new RegExp(fabrikam.domain.replaceAll('.', '\\.')))
    expect(screen).toContain(contoso.domain)
    expect(await page.getByText('tenant confirmed by Exchange').count()).toBe(0)
    // Nothing takes what is typed now.
    const { sessions } = (await ask('sessions.list')).output as { sessions: Array<{ alive: boolean; tenant: { proof: string } }> }
    expect(sessions).toMatchObject([{ alive: false, tenant: { proof: 'refused' } }])
    await page.keyboard.type('6 * 7')
    await page.keyboard.press('Enter')
    expect(await screenText(page, 'Mistyped')).not.toMatch(/\n42\s/)
  })
})
