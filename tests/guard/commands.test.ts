import { describe, expect, it } from 'vitest'
import { guardExceptions, readingVerbs } from '../../app/guard/commands.ts'
import { badgesOf, guardMode, guardRules } from '../../app/guard/rules.ts'
import { servedCmdlets } from '../../app/demo/generated-cmdlets.ts'

/** What the tables say of a command, whatever it is given, as Guard.ps1 reads them: `maybe` where that depends on its parameters. */
function changesData(name: string): 'yes' | 'no' | 'maybe' {
  const exception = guardExceptions.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (exception) return exception.changes === 'always' ? 'yes' : exception.changes === 'never' ? 'no' : 'maybe'
  const verb = name.split('-')[0]!.toLowerCase()
  return readingVerbs.some((reading) => reading.toLowerCase() === verb) ? 'no' : 'yes'
}

describe('what changes data', () => {
  it.each([
    ['Get-Mailbox', 'no'], ['get-mailbox', 'no'], ['Test-MAPIConnectivity', 'no'], ['Find-MgGraphCommand', 'no'], ['Search-UnifiedAuditLog', 'no'],
    ['Export-TransportRuleCollection', 'no'], ['Preview-QuarantineMessage', 'no'], ['Validate-RetentionRuleQuery', 'no'], ['Compare-TextMessagingVerificationCode', 'no'],
    ['Set-Mailbox', 'yes'], ['Remove-MgUser', 'yes'], ['Enable-Mailbox', 'yes'], ['Delete-QuarantineMessage', 'yes'], ['Release-QuarantineMessage', 'yes'],
    ['Start-HistoricalSearch', 'yes'], ['Invoke-HoldRemovalAction', 'yes'], ['Import-TransportRuleCollection', 'yes'], ['Write-AdminAuditLog', 'yes'],
    // A verb that nobody knows.
    ['Frobnicate-Mailbox', 'yes'], ['Mailbox', 'yes'],
    ['Search-Mailbox', 'maybe'], ['Invoke-MgGraphRequest', 'maybe'],
    ['Test-Message', 'yes'], ['Validate-OutboundConnector', 'yes'], ['Check-PurviewConfig', 'no'], ['Connect-ExchangeOnline', 'no'], ['Disconnect-MgGraph', 'no'], ['Set-MgEnvironment', 'no']
  ])('%s: %s', (name, expected) => expect(changesData(name)).toBe(expected))

  it.each(guardExceptions.map((row) => [row.name, row] as const))('of %s is said why, by whose word, and otherwise than by its verb', (name, { changes, why, source }) => {
    expect(why).toMatch(/^[A-Z].*\.$/)
    expect(source).toBe(`https://learn.microsoft.com/powershell/module/${/Mg/.test(name) ? 'microsoft.graph.authentication' : 'exchangepowershell'}/${name.toLowerCase()}`)
    const reads = readingVerbs.includes(name.split('-')[0]!)
    if (typeof changes === 'string') expect(changes).toBe(reads ? 'always' : 'never')
  })

  it('is most of what a connection brings beside what reads', () => {
    const names = servedCmdlets.exchange.map(({ name }) => name)
    expect(names.filter((name) => changesData(name) === 'no').every((name) => name.startsWith('Get-'))).toBe(true)
    expect(names.filter((name) => changesData(name) === 'yes').length).toBeGreaterThan(500)
  })
})

describe('a session', () => {
  it.each([
    [{ environment: 'production' }, 'ask', ['PRODUCTION']],
    [{ environment: 'production', readOnly: true }, 'read-only', ['PRODUCTION', 'READ-ONLY']],
    [{ environment: 'test' }, null, []],
    [{ environment: 'lab', readOnly: true }, 'read-only', ['READ-ONLY']]
  ] as const)('of %o is guarded: %s, and named %o', (profile, mode, badges) => {
    expect(guardMode(profile)).toBe(mode)
    expect(badgesOf(profile)).toEqual(badges)
    expect(guardRules(profile, 'exchange')?.mode ?? null).toBe(mode)
  })

  it.each([['exchange', true], ['graph', true], ['compliance', false]] as const)('of %s lets -WhatIf pass: %s', (service, passes) => {
    expect(guardRules({ environment: 'production' }, service)?.whatIfPasses).toBe(passes)
  })
})
