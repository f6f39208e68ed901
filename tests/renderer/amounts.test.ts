import { expect, it } from 'vitest'
import { countOf, duration } from '../../renderer/ui/amounts.ts'

it.each([
  [0.0004, '<1 ms'], [0.04, '40 ms'], [0.42, '420 ms'], [0.9996, '1.0 s'], [3.21, '3.2 s'], [9.94, '9.9 s'], [9.96, '10 s'], [59.4, '59 s'], [59.6, '1 min'], [60, '1 min'], [72, '1 min 12 s'],
  [725, '12 min 5 s'], [3600, '1 h'], [7500, '2 h 5 min']
])('tells %d s as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

it.each([[0, '0 tenants'], [1, '1 tenant'], [1200, '1,200 tenants']])('counts %d as %s', (count, text) => {
  expect(countOf(count, 'tenant')).toBe(text)
})
