import { computeCommandScore } from 'bits-ui'
import { searchFor } from '../../app/search-words.ts'

/** One line of the palette. */
export interface Choice {
  id: string
  kind: 'session' | 'tenant' | 'command' | 'snippet' | 'setting'
  label: string
  /** Right of the label: a domain, a service, a key. */
  detail: string
  /** What else it is found by. */
  words: string[]
  /** A tenant's colour. */
  colour?: string
  /** Orders what matches equally well: a session's recency or a tenant's frecency, 0 or more. */
  weight: number
  act(): void
  /** Readies it, once it has been the highlighted one for a moment. */
  prepare?(): void
}

/** More than a screen has room for; who sees none of them types on. */
const shownAtMost = 30
/** What a match by another word than the label's counts, where the word begins with what is typed and where it does not. */
const wordMatch = { atBeginning: 0.8, within: 0.5 }
/** Frecency lifts a match by at most half: what is typed comes before what is usual. */
const weightShare = 0.5
/** The weights of all others are no use that anybody made of them, but their order. */
const liftedKinds: ReadonlyArray<Choice['kind']> = ['session', 'tenant']

/**
 * The choices that match what was typed, best first: where they match equally well, a tenant comes before a command, opened
 * before or not. Without anything typed: sessions, then tenants, commands, snippets and settings, each by its weight.
 */
export function rankChoices(choices: readonly Choice[], typed: string): Choice[] {
  const search = typed.trim()
  if (!search) return [...choices].sort(byKindThenWeight).slice(0, shownAtMost)
  const most = Math.max(1, ...choices.map(({ weight }) => weight))
  const scored = choices.flatMap((choice) => {
    const match = matchOf(choice, search)
    const lift = liftedKinds.includes(choice.kind) ? (weightShare * choice.weight) / most : 0
    return match > 0 ? [{ choice, score: match * (1 + lift) }] : []
  })
  return scored.sort((a, b) => b.score - a.score || byKindThenWeight(a.choice, b.choice)).slice(0, shownAtMost).map(({ choice }) => choice)
}

/** By the letters of its label in their order, or by words that stand in whole; 0 for no match, 1 for the best. */
function matchOf(choice: Choice, search: string): number {
  const whole = hasWords(choice, search)
  // There are many settings, and scattered letters find most of them.
  if (choice.kind === 'setting') return whole ? computeCommandScore(choice.label, search, choice.words) : 0
  const byLabel = computeCommandScore(choice.label, search)
  if (!whole) return byLabel
  const isBeginning = choice.words.some((word) => word.toLowerCase().startsWith(search.toLowerCase()))
  return Math.max(byLabel, isBeginning ? wordMatch.atBeginning : wordMatch.within)
}

function hasWords({ label, words }: Choice, search: string): boolean {
  return searchFor(search)([label, ...words].join('\n').toLowerCase())
}

const kinds = ['session', 'tenant', 'command', 'snippet', 'setting']

function byKindThenWeight(a: Choice, b: Choice): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || b.weight - a.weight
}
