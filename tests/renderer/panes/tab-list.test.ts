import { describe, expect, it } from 'vitest'
import { panesOf, tabOf, type Tab } from '../../../app/arrangement.ts'
import { changed, movedTab, paneBeside, paneToTab, pinned, renamed, shiftedTab, tabBeside, tabWith } from '../../../renderer/panes/tab-list.ts'

/** Tabs a, b, c, … of one pane each, whose ids are their panes'. */
const tabs = (letters: string): Tab[] => [...letters].map((letter) => tabOf(letter, `tab ${letter}`))
const shown = (all: readonly Tab[]) => all.map(({ layout, isPinned }) => (isPinned ? '!' : '') + panesOf(layout).join('')).join(' ')

describe('the order of tabs', () => {
  it('changes by one or to a place, and no further than the ends', () => {
    expect(shown(movedTab(tabs('abc'), 'tab a', 2))).toBe('b c a')
    expect(shown(movedTab(tabs('abc'), 'tab a', 99))).toBe('b c a')
    expect(shown(shiftedTab(tabs('abc'), 'tab b', -1))).toBe('b a c')
    expect(shown(shiftedTab(tabs('abc'), 'tab a', -1))).toBe('a b c')
    expect(shown(shiftedTab(tabs('abc'), 'tab nobody', 1))).toBe('a b c')
  })

  it('has the pinned ones first', () => {
    const one = pinned(tabs('abcd'), 'tab c', true)
    expect(shown(one)).toBe('!c a b d')
    const two = pinned(one, 'tab d', true)
    expect(shown(two)).toBe('!c !d a b')
    expect(shown(movedTab(two, 'tab a', 0))).toBe('!c !d a b')
    expect(shown(movedTab(two, 'tab c', 3))).toBe('!d !c a b')
    expect(shown(pinned(two, 'tab c', false))).toBe('!d c a b')
  })
})

describe('the name of a tab', () => {
  it.each([
    ['  Migration ', 'Migration'], ['', null], [' \t ', null], ['two\nlines', 'two lines'], ['a\u202egpj.exe', 'a gpj.exe'], ['x'.repeat(200), 'x'.repeat(80)]
  ])('%j is kept as %j', (typed, name) => {
    expect(renamed(tabs('ab'), 'tab a', typed)[0]!.name).toBe(name)
  })
})

describe('panes', () => {
  it('that are new stand beside another one and have the keyboard', () => {
    const after = paneBeside(tabs('ab'), 'n', 'a', 'right')
    expect(shown(after)).toBe('an b')
    expect(after[0]!.active).toBe('n')
  })

  it('leave their own tab, which goes with its last one', () => {
    expect(shown(paneBeside(tabs('ab'), 'b', 'a', 'left'))).toBe('ba')
    expect(shown(paneBeside(paneBeside(tabs('abc'), 'b', 'a', 'left'), 'b', 'c', 'down'))).toBe('a cb')
  })

  it('change places with the one on whose middle they are dropped', () => {
    const two = paneBeside(tabs('ab'), 'b', 'a', 'right')
    expect(shown(paneBeside(two, 'a', 'b', 'middle'))).toBe('ba')
    expect(shown(paneBeside(tabs('ab'), 'b', 'a', 'middle'))).toBe('ab')
    expect(shown(paneBeside(two, 'a', 'a', 'left'))).toBe('ab')
    expect(shown(paneBeside(two, 'a', 'nobody', 'left'))).toBe('ab')
  })

  it('get a tab of their own behind the one they leave, or at a place', () => {
    const two = paneBeside(tabs('abc'), 'b', 'a', 'right')
    expect(shown(paneToTab(two, 'b', 'new'))).toBe('a b c')
    expect(shown(paneToTab(two, 'a', 'new', 0))).toBe('a b c')
    expect(shown(paneToTab(two, 'a', 'new', 2))).toBe('b c a')
    expect(shown(paneToTab(tabs('ab'), 'a', 'new'))).toBe('a b')
    expect(shown(paneToTab(pinned(two, 'tab a', true), 'b', 'new', 0))).toBe('!a b c')
  })

  it('are shown again where one comes to a zoomed tab; a tab of one pane is never zoomed', () => {
    const zoomed = changed(paneBeside(tabs('abc'), 'b', 'a', 'right'), 'tab a', { isZoomed: true })
    expect(zoomed[0]!.isZoomed).toBe(true)
    expect(paneBeside(zoomed, 'c', 'a', 'down')[0]!.isZoomed).toBe(false)
    expect(paneToTab(zoomed, 'b', 'new')[0]).toMatchObject({ isZoomed: false, active: 'a' })
    expect(changed(tabs('a'), 'tab a', { isZoomed: true })[0]!.isZoomed).toBe(false)
  })
})

describe('a tab that is dropped on a pane', () => {
  it('brings all its panes along', () => {
    const two = paneBeside(tabs('abc'), 'b', 'a', 'right')
    expect(shown(tabBeside(two, 'tab a', 'c', 'left'))).toBe('abc')
    expect(tabWith(tabBeside(two, 'tab a', 'c', 'left'), 'a')!.id).toBe('tab c')
  })

  it('stays where it is dropped on itself or on nothing', () => {
    const two = paneBeside(tabs('abc'), 'b', 'a', 'right')
    expect(shown(tabBeside(two, 'tab a', 'b', 'left'))).toBe('ab c')
    expect(shown(tabBeside(two, 'tab a', 'nobody', 'left'))).toBe('ab c')
  })
})
