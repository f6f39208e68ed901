import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Selection } from '../../app/contract.ts'
import { Selections } from '../../app/runs/selections.ts'

let dataFolder: string
let told: Selection[][]
const open = () => new Selections({ dataFolder, onChange: (all) => told.push(all) })
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-selections-'))
  told = []
})
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }))

const [one, other] = [randomUUID(), randomUUID()]

it('a selection is kept over a restart, changed by its id, and removed', async () => {
  const selections = open()
  const { id } = await selections.save({ name: ' Customers ', profileIds: [one, other, one] })
  expect(open().list()).toEqual([{ id, name: 'Customers', profileIds: [one, other] }])
  await selections.save({ id, name: 'Few', profileIds: [one] })
  expect([open().list(), told.length]).toEqual([[{ id, name: 'Few', profileIds: [one] }], 2])
  await selections.remove(id)
  expect(open().list()).toEqual([])
})

it('names differ, and a selection has a tenant', async () => {
  const selections = open()
  await selections.save({ name: 'Customers', profileIds: [one] })
  await expect(selections.save({ name: 'customers', profileIds: [one] })).rejects.toMatchObject({ code: 'name-taken' })
  await expect(selections.save({ name: ' ', profileIds: [one] })).rejects.toMatchObject({ code: 'name-missing' })
  await expect(selections.save({ name: 'None', profileIds: [] })).rejects.toMatchObject({ code: 'selection-empty' })
  await expect(selections.save({ id: randomUUID(), name: 'Gone', profileIds: [one] })).rejects.toMatchObject({ code: 'selection-not-found' })
  await expect(selections.remove(randomUUID())).rejects.toMatchObject({ code: 'selection-not-found' })
})

it('profiles that are gone leave their selections, and an empty one goes with them; nothing is written without need', async () => {
  const selections = open()
  await selections.save({ name: 'Both', profileIds: [one, other] })
  await selections.save({ name: 'One', profileIds: [one] })
  const before = readFileSync(join(dataFolder, 'selections.json'), 'utf8')
  await selections.keepOf(() => true)
  expect(readFileSync(join(dataFolder, 'selections.json'), 'utf8')).toBe(before)
  await selections.keepOf((id) => id !== one)
  expect(open().list()).toEqual([expect.objectContaining({ name: 'Both', profileIds: [other] })])
})
