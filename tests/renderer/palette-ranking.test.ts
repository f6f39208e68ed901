import { describe, expect, it } from 'vitest'
import { rankChoices, type Choice } from '../../renderer/palette/ranking.ts'

const choice = (kind: Choice['kind'], label: string, weight = 0, words: string[] = []): Choice => ({ id: `${kind} ${label}`, kind, label, detail: '', words, weight, act: () => {} })
const labels = (choices: Choice[], typed: string) => rankChoices(choices, typed).map(({ label }) => label)

describe('the palette', () => {
  it('shows sessions, then tenants, then commands, each by use, before anything is typed', () => {
    const choices = [choice('command', 'New profile'), choice('tenant', 'Rare', 0.2), choice('tenant', 'Daily', 9), choice('session', 'Open before', 1), choice('session', 'Open last', 2)]
    expect(labels(choices, ' ')).toEqual(['Open last', 'Open before', 'Daily', 'Rare', 'New profile'])
  })

  it('finds by the first letters of words, and by letters in their order', () => {
    const choices = [choice('tenant', 'Contoso Pharma Germany'), choice('tenant', 'Fabrikam')]
    expect(labels(choices, 'cpg')).toEqual(['Contoso Pharma Germany'])
    expect(labels(choices, 'fbk')).toEqual(['Fabrikam'])
    expect(labels(choices, 'xq')).toEqual([])
  })

  it('finds by domain, group and tenant id too', () => {
    const choices = [choice('tenant', 'Northwind', 0, ['nwtraders.onmicrosoft.com']), choice('tenant', 'Fabrikam')]
    expect(labels(choices, 'nwtr')).toEqual(['Northwind'])
  })

  it('takes a domain or an id in whole pieces, not by letters that are strewn over it', () => {
    const choices = [choice('tenant', 'Northwind', 0, ['nwtraders.onmicrosoft.com', '8f2d1c4e-5b7a-4c3d-9e10-6a2b7c8d9e01', 'Customers'])]
    expect(labels(choices, 'traders')).toEqual(['Northwind'])
    expect(labels(choices, '9e10')).toEqual(['Northwind'])
    expect(labels(choices, 'customers north')).toEqual(['Northwind'])
    expect(labels(choices, 'nwtoc')).toEqual([])
    // What begins so comes before what has it somewhere.
    expect(labels([choice('tenant', 'Adatum', 0, ['my-lab.example']), choice('tenant', 'Litware', 0, ['lab.example'])], 'lab')).toEqual(['Litware', 'Adatum'])
  })

  it('puts the tenant of every day before its namesake, and no match before a better one', () => {
    expect(labels([choice('tenant', 'Contoso Lab'), choice('tenant', 'Contoso', 5), choice('tenant', 'Contoso Test', 20)], 'con')[0]).toBe('Contoso Test')
    expect(labels([choice('tenant', 'Adventure Corp On', 20), choice('tenant', 'Contoso')], 'contoso')[0]).toBe('Contoso')
  })

  it('puts a tenant that nobody opened yet before a command, a snippet and a setting that match as well, and none before a better match', () => {
    const others = [choice('command', 'Command log…', 0.001), choice('snippet', 'Count mailboxes', 0.002), choice('setting', 'Contrast', 0.001)]
    expect(labels([...others, choice('tenant', 'Contoso', 0)], 'co')).toEqual(['Contoso', 'Command log…', 'Count mailboxes', 'Contrast'])
    expect(labels([...others, choice('tenant', 'A compact log company', 9)], 'command log')[0]).toBe('Command log…')
  })

  it('puts a tenant of 500 first after two letters where it is the one in use', () => {
    const many = Array.from({ length: 500 }, (_, index) => choice('tenant', `Customer ${index}`, 0, [`customer${index}.example`]))
    expect(labels([...many, choice('tenant', 'Cuba Travel', 3)], 'cu')[0]).toBe('Cuba Travel')
    expect(rankChoices(many, 'cu')).toHaveLength(30)
  })
})
