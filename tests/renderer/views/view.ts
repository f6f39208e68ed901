import type { Locator } from 'playwright-core'
import { aProfile, aSignIn, firstStart } from '../fake-data.ts'
import { FakeMainProcess } from '../fake-main-process.ts'
import type { TestWindow } from '../window-in-chromium.ts'

/** A state of the window that somebody can come to and look at. */
export interface View {
  name: string
  /** The way there from a window where nothing is open. Answers what has the keyboard once Escape closed it again, where that is so. */
  open(window: TestWindow): Promise<Locator | void>
  /** How it is left where neither Escape nor the end of the sessions does. */
  leave?(window: TestWindow): Promise<unknown>
}

export const colours = ['#5aa9ff', '#e5734b', '#4cc38a', '#b180ff', '#e5b454', '#f2696b', '#39c0c8', '#8d99a8']

/** Tenants in every colour and with every mark, in production, beside the two demo tenants. */
export function manyKinds(): FakeMainProcess {
  const start = firstStart()
  const until = (days: number) => ({ thumbprint: 'AB'.repeat(20), subject: 'CN=Exchange', notAfter: new Date(Date.now() + days * 86_400_000).toISOString() })
  const signIns = [aSignIn(), aSignIn({ ready: false }), aSignIn({ kind: 'pfx', certificate: until(9) }), aSignIn({ kind: 'store', certificate: until(-9) }), ...[20, 3].map((days) => aSignIn({ kind: 'pfx', certificate: until(days) })), aSignIn({ usedBy: 0 })]
  const profiles = colours.map((colour, index) =>
    aProfile({ name: `Tenant ${index}`, group: 'Customers', colour, environment: 'production', readOnly: index === 3, signInId: signIns[index % signIns.length]!.id })
  )
  return new FakeMainProcess({ profiles: [...profiles, ...start.profiles], signIns: [...signIns, ...start.signIns] })
}

/** Opens one of the tools by the menu in the window's bar, which gets the keyboard back. */
export async function openTool({ page }: TestWindow, name: string): Promise<Locator> {
  const tools = page.getByRole('banner').getByRole('button', { name: 'Tools' })
  await tools.click()
  await page.getByRole('menuitem', { name }).click()
  await page.getByRole('dialog').waitFor()
  return tools
}

/** Opens a dialog by a button of the sidebar. */
export async function openBySidebar({ page }: TestWindow, name: string): Promise<Locator> {
  const button = page.getByRole('complementary').getByRole('button', { name, exact: true })
  await button.click()
  await page.getByRole('dialog').waitFor()
  return button
}

/** Opens a dialog by a tenant's menu; the tenant gets the keyboard back. */
export async function openByTenant({ page, tenant }: TestWindow, name: string, item: string): Promise<Locator> {
  await tenant(name).click({ button: 'right' })
  await page.getByRole('menuitem', { name: item, exact: true }).click()
  return tenant(name)
}

/** The field of a terminal that takes what is typed. */
export const terminalOf = ({ page }: TestWindow, title: string) => page.getByRole('textbox', { name: `Terminal input of ${title}` })

/** Connects a tenant and waits until its terminal has the keyboard, which it takes in its own time. */
export async function connectAndType(window: TestWindow, name: string): Promise<void> {
  await window.connect(name)
  await terminalOf(window, name).and(window.page.locator(':focus')).waitFor()
}
