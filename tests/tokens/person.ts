import type { Demo } from '../../app/demo/service.ts'

/** Plays a person's browser at the demo's sign-in pages, by the forms that the pages have. */
export class Person {
  readonly #upn: string

  /** @param upn whom they choose; an empty one denies */
  constructor(upn: string) {
    this.#upn = upn
  }

  /** Chooses at the page, and brings the answer back as the page's own form does; answers what the browser then shows. */
  async signInAt(page: string, change: (form: URLSearchParams) => void = () => {}): Promise<{ status: number; text: string; form: URLSearchParams; back: string }> {
    const shown = await fetch(page)
    if (shown.status !== 200) throw new Error(await shown.text())
    const html = await (await fetch(page, { method: 'POST', body: new URLSearchParams({ account: this.#upn }) })).text()
    const back = decoded(/action="([^"]+)"/.exec(html)![1]!)
    const form = new URLSearchParams([...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]): [string, string] => [name!, decoded(value!)]))
    change(form)
    const answer = await fetch(back, { method: 'POST', body: form })
    return { status: answer.status, text: await answer.text(), form, back }
  }

  async typeCode(page: string, code: string): Promise<string> {
    const answer = await fetch(page, { method: 'POST', body: new URLSearchParams({ code, account: this.#upn }) })
    return answer.text()
  }
}

/** The demo's account with this name. */
export function accountOf(demo: Demo, name: string, tenant = 0) {
  const account = demo.tenants[tenant]!.accounts.find((one) => one.name === name)
  if (!account) throw new Error(`No account ${name}.`)
  return account
}

const decoded = (text: string): string => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
