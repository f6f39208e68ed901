import fc from 'fast-check'
import { describe, it } from 'vitest'
import { explanationSchema, serviceSchema } from '../../app/contract.ts'
import { TenantryError } from '../../app/failures.ts'
import { knownAudiences } from '../../app/tokens/audiences.ts'
import { claimNames } from '../../app/tokens/claim-names.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'
import { decodePasted } from '../../app/tokens/decode.ts'
import { directoryRoles } from '../../app/tokens/directory-roles.ts'
import { explain, type Expected } from '../../app/tokens/explain.ts'
import { appPermissions, scopes } from '../../app/tokens/permissions.ts'

/** Cases per property; more by this variable. */
const numRuns = Number(process.env.TENANTRY_FUZZ_RUNS ?? 10_000)
/** For all of a property's cases, milliseconds: many times what they take, so that only what hangs goes past it. */
const timeout = numRuns * 20

const known = knownAudiences(builtInClouds)
const expectations: fc.Arbitrary<Expected> = fc.record({
  tenantId: fc.option(fc.uuid()),
  audience: fc.option(fc.record({ service: fc.constantFrom(...serviceSchema.options), resource: fc.webUrl() })),
  now: fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
  known: fc.constant(known)
})

/** Values that the claims' readers look into, right ones and wrong ones. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(...known.map((audience) => audience.value), ...appPermissions.map(({ name }) => name), ...scopes.map(({ name }) => name)),
  fc.array(fc.constantFrom(...directoryRoles.map(({ id }) => id), 'Exchange.ManageAsApp', '', '0997a1d0-0d1d-4acb-b408-d5ca73121e90')),
  fc.oneof(fc.double(), fc.integer(), fc.constantFrom(1e300, -1, 0, 8.65e12)),
  fc.string({ unit: 'binary', maxLength: 400 })
)
const name = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...Object.keys(claimNames)) }, { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString') }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) })
const claims = fc.dictionary(name, value, { maxKeys: 30, noNullPrototype: true })

const part = (text: string) => Buffer.from(text).toString('base64url')
const header = fc.constantFrom(part('{"alg":"RS256","typ":"JWT"}'), part('{}'), part('[]'), '', 'eyJ')
/** From a whole token to something that only begins like one. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2000 }),
  fc.tuple(header, claims, fc.base64String()).map(([head, body, tail]) => `${head}.${part(JSON.stringify(body))}.${tail}`),
  fc.tuple(header, fc.json({ maxDepth: 40 }), fc.string()).map(([head, body, tail]) => `${head}.${part(body)}.${tail}`),
  fc.tuple(header, fc.integer({ min: 1, max: 20_000 })).map(([head, depth]) => `${head}.${part(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)}.x`),
  fc.tuple(header, fc.uint8Array({ maxLength: 500 })).map(([head, bytes]) => `Bearer ${head}.${Buffer.from(bytes).toString('base64url')}.`),
  fc.array(fc.constantFrom('.', 'eyJ', '"', ' ', 'Bearer ', '=', '\u202e', 'a'.repeat(1000)), { maxLength: 200 }).map((pieces) => pieces.join(''))
)

describe(`in ${numRuns} cases`, () => {
  it('explaining never throws, and says nothing that the contract does not know', { timeout }, () => {
    fc.assert(
      fc.property(claims, expectations, (body, expected) => {
        const result = explain(body, expected)
        const parsed = explanationSchema.safeParse(result)
        return parsed.success && JSON.stringify(parsed.data) === JSON.stringify(JSON.parse(JSON.stringify(result)))
      }),
      { numRuns }
    )
  })

  it('decoding answers claims or “not a token”, and nothing else', { timeout }, () => {
    fc.assert(
      fc.property(texts, expectations, (text, expected) => {
        let body: Record<string, unknown>
        try {
          body = decodePasted(text)
        } catch (error) {
          return error instanceof TenantryError && error.code === 'not-a-token'
        }
        return explanationSchema.safeParse(explain(body, expected)).success
      }),
      { numRuns }
    )
  })

  it('what comes back holds neither the token nor its signature', { timeout }, () => {
    const signatures = fc.uint8Array({ minLength: 32, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
    fc.assert(
      fc.property(claims, signatures, expectations, (body, signature, expected) => {
        // A token may stand inside of a token's claims too.
        const inner = `${part('{"alg":"RS256","typ":"JWT"}')}.${part('{"a":"bcdefghijklmnopqrstuvwxyz"}')}.${signature}`
        const token = `${part('{"alg":"RS256","typ":"JWT"}')}.${part(JSON.stringify({ ...body, nonce: inner, act: { [inner]: [inner] } }))}.${signature}`
        const answer = JSON.stringify(explain(decodePasted(token), expected))
        return !answer.includes(signature) && !answer.includes(token.split('.')[1]!)
      }),
      { numRuns }
    )
  })
})
