import { describe, expect, it } from 'vitest'
import { opensOutside } from '../app/outside-links.ts'

describe('a link that the window wants opened', () => {
  it.each([
    ['https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2', true],
    ['https://learn.microsoft.com/x#-accesstoken', true],
    ['http://learn.microsoft.com/', false],
    ['https://learn.microsoft.com:444/', false],
    ['https://learn.microsoft.com.example/', false],
    ['https://somebody@learn.microsoft.com/', false],
    ['https://example.com/?https://learn.microsoft.com', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['no address', false]
  ])('%s: %s', (address, opens) => {
    expect(opensOutside(address)).toBe(opens)
  })
})
