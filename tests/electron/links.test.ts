import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { profileIdInArguments, profileIdOfLink } from '../../app/electron/links.ts'

const id = '0b6bcb5a-9ff4-4cc3-8ae5-b4f2696b39c0'

describe('a tenantry: link', () => {
  it.each([
    [`tenantry://open/${id}`, id],
    [`tenantry://open/${id}/`, id],
    [`TENANTRY://OPEN/${id.toUpperCase()}`, id],
    [`tenantry://open/${id}?command=Remove-Mailbox`, null],
    [`tenantry://open/${id}#x`, null],
    [`tenantry://open/${id}//`, null],
    [`tenantry://open/${id}/../x`, null],
    [`tenantry://open/${id}\n`, null],
    [`tenantry://open/${id}%00`, null],
    [`tenantry://user@open/${id}`, null],
    [`tenantry://open:80/${id}`, null],
    [`tenantry:open/${id}`, null],
    [`tenantry://delete/${id}`, null],
    [`tenantry://open/${id.slice(1)}`, null],
    [`https://open/${id}`, null],
    ['', null]
  ])('%j asks for %s', (link, expected) => {
    expect(profileIdOfLink(link)).toBe(expected)
  })

  it('asks for nothing but an id, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.string().map((text) => `tenantry://open/${text}`), fc.string().map((text) => `tenantry://open/${id}${text}`)), (link) => {
        const asked = profileIdOfLink(link)
        expect(asked === null || /^[0-9a-f-]{36}$/.test(asked)).toBe(true)
        if (asked) expect([`tenantry://open/${asked}`, `tenantry://open/${asked}/`]).toContain(link.toLowerCase())
      })
    )
  })

  it('is found among a start’s arguments, once', () => {
    expect(profileIdInArguments(['--no-sandbox', '.', `tenantry://open/${id}`])).toBe(id)
    expect(profileIdInArguments([`tenantry://open/${id}`, `tenantry://open/${randomUUID()}`])).toBe(null)
    expect(profileIdInArguments(['--tenantry://open', '/x'])).toBe(null)
  })
})
