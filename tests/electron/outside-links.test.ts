import { describe, expect, it } from 'vitest'
import { createOutsideLinks, outsideRules, ruleOf, type OutsideRule } from '../../app/electron/outside-links.ts'

describe('a link that the window wants opened', () => {
  it.each<[string, OutsideRule['kind'], string]>([
    ['https://learn.microsoft.com/x#-accesstoken', 'https', 'https://learn.microsoft.com/x#-accesstoken'],
    ['https://аpple.example/', 'https', 'https://xn--pple-43d.example/'],
    ['HTTPS://Example.COM:443/a b', 'https', 'https://example.com/a%20b'],
    ['https://example.com/\u202egpj.exe', 'https', 'https://example.com/%E2%80%AEgpj.exe'],
    ['http://learn.microsoft.com/', 'http', 'http://learn.microsoft.com/'],
    ['http://learn.microsoft.com@evil.example/', 'with-credentials', ''],
    ['file:///etc/passwd', 'not-web', ''],
    ['javascript:alert(1)', 'not-web', ''],
    ['ms-msdt:/id x', 'not-web', ''],
    ['tenantry://open/x', 'not-web', ''],
    ['https://learn.microsoft.com@evil.example/', 'with-credentials', ''],
    ['https://:secret@evil.example/', 'with-credentials', ''],
    [`https://example.com/${'a'.repeat(2000)}`, 'too-long', ''],
    ['no address', 'no-address', ''],
    ['', 'no-address', '']
  ])('%s is %s, shown as %s', (address, kind, target) => {
    expect(ruleOf(address)).toEqual({ ...outsideRules.find((rule) => rule.kind === kind), target })
  })

  it('has a reason in every row, and opens pages of the web alone', () => {
    for (const { reason } of outsideRules) expect(reason).not.toBe('')
    expect(outsideRules.filter(({ opens }) => opens).map(({ kind }) => kind)).toEqual(['http', 'https'])
  })

  it('waits for the answer to the one before, and goes on after it', async () => {
    const asked: string[] = []
    const opened: string[] = []
    const lines: string[] = []
    let answer: (yes: boolean) => void = () => {}
    const open = createOutsideLinks({
      ask: (target) => {
        asked.push(target)
        return new Promise((resolve) => (answer = resolve))
      },
      open: async (target) => {
        opened.push(target)
        if (target.endsWith('/fails')) throw new Error('no browser')
      },
      log: (line) => lines.push(line)
    })
    const first = open('https://example.com/1')
    await open('https://example.com/2')
    expect([asked, lines]).toEqual([['https://example.com/1'], ['a link was not opened (another one waits for its answer)']])
    answer(true)
    await first
    const second = open('https://example.com/fails')
    answer(true)
    await second
    const third = open('https://example.com/3')
    answer(false)
    await third
    expect(opened).toEqual(['https://example.com/1', 'https://example.com/fails'])
    expect(lines.at(-1)).toBe('a link could not be opened: no browser')
  })
})
