import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { TenantryError } from '../../app/failures.ts'
import { decodeClaims } from '../../app/tokens/decode.ts'
import { shapedToken } from './login.ts'

const part = (text: string) => Buffer.from(text).toString('base64url')

describe('decoding a token', () => {
  it('answers its claims as they are', () => {
    const claims = { tid: 'x', roles: ['a', 'b'], name: 'Zoë', exp: 1 }
    expect(decodeClaims(shapedToken(claims))).toEqual(claims)
  })

  it.each([
    ['nothing', ''],
    ['one part', 'opaque'],
    ['two parts', 'a.b'],
    ['five parts, as an encrypted one has', 'a.b.c.d.e'],
    ['claims that are no JSON', `a.${part('{oops')}.c`],
    ['claims that are no text', `a.${Buffer.from([0xff, 0xfe]).toString('base64url')}.c`],
    ['claims that are a list', `a.${part('[1]')}.c`],
    ['claims that are null', `a.${part('null')}.c`]
  ])('refuses %s', (_, token) => {
    expect(() => decodeClaims(token)).toThrow(expect.objectContaining({ code: 'token-malformed' }))
  })

  it('says nothing of what it could not read', () => {
    const canary = randomBytes(12).toString('hex')
    for (const token of [canary, `${canary}.${part(canary)}.x`]) {
      try {
        decodeClaims(token)
        expect.unreachable()
      } catch (error) {
        expect(JSON.stringify((error as TenantryError).toFailure()) + (error as Error).stack).not.toContain(canary)
      }
    }
  })
})
