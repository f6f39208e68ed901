import { cmdletErrors, type CmdletCall } from './cmdlet-model.ts'

const defaultResultSize = 1000

const moreResults =
  'There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.'
const byDefault =
  'By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items returned. To return all items, specify "-ResultSize Unlimited". Be aware that, depending on the actual number of items, returning all items can take a long time and consume a large amount of memory. Also, we don\'t recommend storing the results in a variable. Instead, pipe the results to another task or script to perform batch changes.'

/** Cuts a list to `-ResultSize` (1,000 unless told, or Unlimited) and warns as Exchange does where something is left. */
export function limitResults<Item>(call: CmdletCall, items: readonly Item[]): readonly Item[] {
  const wanted = call.parameters.text('ResultSize')
  if (wanted?.toLowerCase() === 'unlimited') return items
  const size = wanted === undefined ? defaultResultSize : Number(wanted)
  if (!Number.isInteger(size) || size < 0) {
    throw cmdletErrors.badValue('ResultSize', wanted, 'Microsoft.Exchange.Data.Unlimited`1[System.UInt32]')
  }
  if (items.length <= size) return items
  call.warnings.push(wanted === undefined ? byDefault : moreResults)
  return items.slice(0, size)
}
